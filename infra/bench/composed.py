"""Composes labelled news with reprints, in any number, from a seed.

Texts are made from words, sentence forms and notices of an invented country. Notices (obituaries,
appointments, weather, markets) are made from templates: two of a kind are different news, though
they differ in numbers or in names alone. The label of a document names its story and how its text
was changed: edited wire stories, texts with the boilerplate of a portal or a board, press
releases with an own lead per outlet, excerpts from the middle, digests, and such notices.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from processing.signing.documents import Document

_LONG: Final = 5
"""Paragraphs above which an edited text loses its last one."""
START: Final = datetime(2031, 5, 1, tzinfo=UTC)
SURNAMES: Final = "김이박최정강조윤장임한오서신권황안송류홍전고문손양배백허남심"
GIVEN: Final = "민서지현준도윤하은채원우진아린시율태희수빈예나건호연재승혜경성유선주영다인"

# fmt: off
PLACES: Final = (
    "가람시", "나래군", "다온시", "라온구", "마루시", "바다군", "사름시", "아라구", "자올시", "차온군", "타래시",
    "파란구", "하늘시", "미르시", "보람군", "새벽시", "여울구", "은하시", "이룸군", "초롱시", "푸름구", "한결시",
    "해솔군", "누리시", "가온구", "버들시", "솔빛군", "달빛시", "고을구", "물결시",
)
BODIES: Final = (
    "도시재생과", "교통정책실", "수질관리센터", "청년일자리본부", "농업기술원", "해양조사단", "문화유산과",
    "기후대응국", "보건의료원", "산업진흥재단", "평생학습관", "중앙도서관", "소방안전본부", "재난상황실", "관광공사",
    "항만공단", "에너지연구소", "로봇산업협회", "반도체학회", "전통시장상인회", "마을기업연합회", "체육진흥회",
    "시립미술관", "과학기술대학", "지역신용재단", "물류협동조합", "수산업협동조합", "임업연구센터", "우주개발단",
    "감염병관리단",
)
THINGS: Final = (
    "공공자전거", "노선개편", "하수처리시설", "빗물저류조", "스마트농장", "해상풍력단지", "청년주택", "돌봄교실",
    "무인택배함", "전기버스", "수소충전소", "둘레길", "야시장", "생태하천", "도시숲", "공유주방", "작은도서관",
    "방과후학교", "노인일자리", "다문화센터", "창업보육실", "데이터센터", "배터리공장", "위성통신망", "초등급식",
    "치매안심마을", "공영주차장", "재활용선별장", "문화회관", "빙상경기장", "유소년축구장", "산림치유원",
    "어촌체험관", "갯벌보전구역", "폐교활용사업", "골목상권", "온실가스감축", "미세먼지차단숲", "자율주행셔틀",
    "드론배송", "반려동물공원", "고향사랑기부", "지역화폐", "산업단지", "도서지역여객선",
)
ADJECTIVES: Final = (
    "단계적인", "안정적인", "실질적인", "장기적인", "체계적인", "과감한", "꼼꼼한", "새로운", "지속적인", "투명한",
    "촘촘한", "폭넓은", "신속한", "균형", "잡힌", "든든한", "뚜렷한", "창의적인", "현실적인", "세심한", "적극적인",
)
NOUNS: Final = (
    "지원", "점검", "협력", "투자", "개선", "확충", "정비", "상담", "교육", "홍보", "조사", "연구", "보완", "설계",
    "운영", "이전", "통합", "실험", "평가", "보급", "재배치", "감축", "연장", "확대", "조정", "개방", "복원", "재편",
    "육성", "공모", "심사", "훈련", "합의", "감독", "공급", "수거", "예방", "안내", "시범사업", "공청회",
)
REASONS: Final = (
    "주민 불편이 이어졌기 때문에", "예산이 지난해보다 늘어나면서", "현장의 요구가 거세지자",
    "전문가들의 권고를 받아들여", "관련 조례가 통과됨에 따라", "이용자가 꾸준히 늘면서", "안전 문제가 거듭 지적되자",
    "인근 지역과 형평을 맞추려고", "장마철을 앞두고", "새 학기가 시작되기 전에", "국제 기준을 따르기 위해",
    "시설이 낡았다는 지적에", "민간의 참여를 이끌어 내려고", "인구 감소에 대비해", "물가 부담을 덜어 주려고",
)
ENDINGS: Final = (
    "추진하기로 했다", "검토하고 있다", "마무리했다고 밝혔다", "다음 달부터 시작한다", "올해 안에 끝낼 방침이다",
    "전면 재검토하기로 했다", "본격적으로 착수했다", "확대할 계획이라고 설명했다", "두 배로 늘리겠다고 약속했다",
    "시범 운영을 거쳐 결정한다", "의회에 보고했다", "주민 설명회에서 공개했다", "협약을 맺고 공동으로 진행한다",
    "우선순위에서 제외했다", "내년으로 미루기로 했다",
)
FORMS: Final = (
    "{place} {body}은 {reason} {thing} {noun}을 {ending}.",
    "{name} {body} 책임자는 “{thing}의 {noun}이 {adjective} 성과로 이어지도록 {noun2}에 힘쓰겠다”고 말했다.",
    "이에 따라 {place}와 {place2}를 잇는 {thing} {noun}이 {adjective} 방식으로 바뀐다.",
    "{reason} {thing}과 {thing2}를 묶어 {noun2}하는 방안도 함께 {ending}.",
    "주민 {name} 씨는 “{thing}이 생기고 나서 {noun} 걱정이 줄었지만 {noun2}은 여전히 부족하다”고 전했다.",
    "{body} 자료에서 {thing} 이용은 {number}명에서 {number2}명으로 늘었고 {noun} 비용은 {number3}만원이 들었다.",
    "다만 {place2} 쪽에서는 {thing2} {noun2}이 먼저라며 {adjective} 대책을 요구하고 있다.",
    "{name} 연구원은 {thing}의 {noun}과 {noun2}이 따로 이뤄져 온 점을 한계로 꼽았다.",
    "{place} 의회는 {thing} 예산 {number}억원 가운데 {number2}억원을 {noun} 몫으로 돌리고 나머지를 {noun2}에 쓴다.",
    "사업에는 {body}와 {body2}가 함께 참여해 {adjective} {noun} 모형을 만들 예정이다.",
    "{thing2} 담당자들은 {reason} 일정이 빠듯해졌지만 {noun}만큼은 {ending}.",
    "한편 {place2} {body2}도 비슷한 {thing} {noun2} 사업을 {ending}.",
    "{name} 씨와 {name2} 씨는 {place}에서 열린 토론회에서 {thing} {noun}을 두고 엇갈린 의견을 냈다.",
    "전문가들은 {thing}보다 {thing2}에 {adjective} {noun}이 필요하다고 입을 모았다.",
    "{body2} 관계자는 “{noun2} 절차를 거친 뒤 {place} 주민과 {adjective} 대화를 이어 가겠다”고 덧붙였다.",
    "{place} {thing}은 {number}년 문을 연 뒤 {noun}이 {number3}차례 있었고 {noun2}은 한 번도 없었다.",
)
TITLES: Final = (
    "{place}, {thing} {noun} 본격화", "{thing} {noun} 두고 {place} 주민 갑론을박",
    "{body} “{thing} {noun2} 서두를 것”", "{place} {thing}, {adjective} {noun} 나선다",
    "{name} “{thing} {noun}은 {place}의 숙제”",
)
LEADS: Final = (
    "{place}의 {thing}이 달라진다. {adjective} {noun}이 그 중심에 있다.",
    "{thing}을 둘러싼 {place} 주민들의 기대가 커지고 있다.",
    "{place}가 {noun} 행정의 본보기로 떠올랐다. 이번에는 {thing}이다.",
)
# fmt: on

OUTLETS: Final = (
    ("모두통신", "wire"),
    ("너울뉴스", "wire"),
    ("가람일보", "publisher"),
    ("나래신문", "publisher"),
    ("다온경제", "publisher"),
    ("미르저널", "publisher"),
    ("새벽매일", "publisher"),
    ("여울타임스", "publisher"),
    ("솔빛방송", "publisher"),
    ("한결포털", "portal"),
    ("달빛포털", "portal"),
    ("모음게시판", "aggregator"),
)
CHROME: Final = {
    "portal": ("글자 크기 조절", "기사 본문 듣기", "이 매체의 다른 소식 받아보기"),
    "aggregator": (
        "오늘의 인기글",
        "추천하기 버튼을 눌러주세요",
        "회원만 댓글을 쓸 수 있습니다",
        "운영원칙 안내 바로가기",
    ),
}


Notice = tuple[str, tuple[str, str], str, str]
Namer = Callable[[random.Random], str]


def _mourning(draw: random.Random, namer: Namer) -> tuple[str, str]:
    who, kin = namer(draw), draw.choice(("부친상", "모친상", "장인상", "빙모상"))
    place, body = draw.choice(PLACES), draw.choice(BODIES)
    return f"[부고] {who}({body})씨 {kin}", (
        f"{who} {body} 부장의 가족이 오랜 투병 끝에 {place} 자택에서 별세했다. 상주인 {who} 부장은 조용히 "
        "가족장으로 모시기로 했다고 전해 왔다. "
        f"빈소는 {place} 시립장례식장에 마련됐으며 발인은 유족의 뜻에 따라 비공개로 치른다. "
        f"조문은 {namer(draw)} 씨와 {namer(draw)} 씨가 안내하고 조화와 조의금은 정중히 사양한다고 유족은 밝혔다."
    )


def _appointment(draw: random.Random, namer: Namer) -> tuple[str, str]:
    body, who = draw.choice(BODIES), namer(draw)
    return f"[인사] {body}", (
        f"{body}는 새 기획조정실장에 {who} 씨를 임명했다고 밝혔다. 경영지원본부장에는 {namer(draw)} 씨가, "
        f"감사실장에는 {namer(draw)} 씨가 "
        f"각각 선임됐다. {who} 신임 실장은 조직의 화합과 책임 있는 운영에 힘쓰겠다는 소감을 전했다. "
        f"{body}는 이번 인사로 조직 개편을 마무리하고 현장 중심의 업무 체계를 갖추게 됐다고 설명했다."
    )


def _visit(draw: random.Random, namer: Namer) -> tuple[str, str]:
    place, who, thing = draw.choice(PLACES), namer(draw), draw.choice(THINGS)
    return f"{who} {place} 부시장, {thing} 현장 점검", (
        f"{who} {place} 부시장은 이날 {thing} 현장을 찾아 추진 상황을 점검하고 관계자들을 격려했다. {who} "
        "부시장은 현장 직원들의 애로 사항을 "
        f"듣고 안전사고 예방에 최선을 다해 달라고 당부했다. 이어 주민들과 간담회를 열어 {thing}에 관한 의견을 나눴다. "
        f"{place}는 앞으로도 현장 중심의 소통 행정을 이어 갈 계획이라고 밝혔다."
    )


def _scholarship(draw: random.Random, namer: Namer) -> tuple[str, str]:
    place, body, who = draw.choice(PLACES), draw.choice(BODIES), namer(draw)
    return f"{body}, {place}에 장학금 기탁", (
        f"{body}는 이웃사랑 실천을 위해 {place} 장학회에 장학금을 기탁했다고 밝혔다. 전달식에는 {who} 대표와 "
        "임직원들이 참석해 뜻을 함께했다. "
        f"{who} 대표는 지역 인재들이 꿈을 펼치는 데 작은 보탬이 되기를 바란다고 말했다. "
        f"{place} 관계자는 소중한 마음을 모아 준 {body}에 감사드리며 꼭 필요한 학생들에게 전하겠다고 화답했다."
    )


def _weather(draw: random.Random, namer: Namer) -> tuple[str, str]:
    del namer
    low, high = draw.randint(-9, 18), draw.randint(19, 36)
    return f"[날씨] 내일 {draw.choice(PLACES)} 등 대체로 맑음", (
        f"내일은 전국이 대체로 맑겠으나 오후부터 구름이 많아지겠다. 아침 최저기온은 {low}도에서 {low + 7}도, "
        f"낮 최고기온은 {high}도에서 {high + 6}도로 "
        f"예보됐다. 미세먼지 농도는 {draw.randint(11, 99)}㎍으로 보통 수준이겠고 바다의 물결은 "
        f"{draw.randint(10, 39) / 10}m로 일겠다. "
        f"기상당국은 내륙의 일교차가 {draw.randint(10, 19)}도 안팎으로 크겠으니 건강 관리에 유의해 달라고 당부했다."
    )


def _market(draw: random.Random, namer: Namer) -> tuple[str, str]:
    del namer
    level, move = draw.randint(2100, 3900), draw.randint(101, 3999) / 100
    return f"[시황] 종합지수 {level}선 마감", (
        f"종합지수는 전 거래일보다 {move}포인트 오른 {level}.{draw.randint(10, 99)}로 거래를 마쳤다. 외국인이 "
        f"{draw.randint(100, 9000)}억원어치를 순매수했고 "
        f"개인은 {draw.randint(100, 9000)}억원어치를 순매도했다. "
        f"환율은 {draw.randint(1100, 1500)}.{draw.randint(1, 9)}원에 마감했다. "
        f"시장 관계자는 당분간 관망세가 이어질 것이라고 내다봤다."
    )


_NAMES_ONLY = (_mourning, _appointment, _visit, _scholarship)
_NUMBERS = (_weather, _market)


def notices(draw: random.Random, count: int, namer: Namer) -> Iterator[Notice]:
    """Yield `count` notices of each form from one outlet, and half as many from another outlet."""
    for form in (*_NAMES_ONLY, *_NUMBERS):
        kind = "names" if form in _NAMES_ONLY else "numbers"
        for outlet, share in ((OUTLETS[0], count), (OUTLETS[3], count // 2)):
            for _ in range(share):
                title, body = form(draw, namer)
                yield f"{kind}:{form.__name__.strip('_')}", outlet, title, body


@dataclass(frozen=True, slots=True)
class Labelled:
    """A document with its true cluster and the kind of its change."""

    document: Document
    cluster: str
    kind: str


def name(draw: random.Random) -> str:
    return draw.choice(SURNAMES) + draw.choice(GIVEN) + draw.choice(GIVEN)


def filling(draw: random.Random) -> dict[str, str]:
    """Return random values for the slots of the sentence forms."""
    place, place2 = draw.sample(PLACES, 2)
    thing, thing2 = draw.sample(THINGS, 2)
    body, body2 = draw.sample(BODIES, 2)
    noun, noun2 = draw.sample(NOUNS, 2)
    numbers = {key: str(draw.randint(12, 9800)) for key in ("number", "number2", "number3")}
    return {
        "place": place,
        "place2": place2,
        "thing": thing,
        "thing2": thing2,
        "body": body,
        "body2": body2,
        "noun": noun,
        "noun2": noun2,
        "name": name(draw),
        "name2": name(draw),
        **numbers,
        "adjective": draw.choice(ADJECTIVES),
        "reason": draw.choice(REASONS),
        "ending": draw.choice(ENDINGS),
    }


def paragraphs(draw: random.Random, count: int) -> list[str]:
    """Return `count` paragraphs of one or two sentences about one place and thing."""
    theme = filling(draw)
    common = {key: theme[key] for key in ("place", "thing", "body")}
    texts = []
    for _ in range(count):
        forms = draw.sample(FORMS, draw.choice((1, 1, 2)))
        texts.append(" ".join(form.format(**filling(draw) | common) for form in forms))
    return texts


def story(draw: random.Random) -> tuple[str, list[str]]:
    """Return a title and the paragraphs of a new article."""
    return draw.choice(TITLES).format(**filling(draw)), paragraphs(draw, draw.randint(5, 14))


Change = Callable[[random.Random, list[str]], list[str]]


def same(draw: random.Random, text: list[str]) -> list[str]:
    # Every change has the same signature, see `Change`.
    del draw
    return list(text)


def respaced(draw: random.Random, text: list[str]) -> list[str]:
    """Return the text with one blank in twenty gone and other quotation marks."""

    def spacing(match: re.Match[str]) -> str:
        return match[1] + " " * (draw.randrange(20) > 0)

    return [re.sub(r"(\S) ", spacing, paragraph).replace("“", '"') for paragraph in text]


def edited(draw: random.Random, text: list[str]) -> list[str]:
    """Return the text with three words exchanged and, if it is long, the last paragraph dropped."""
    swaps = (
        ("밝혔다", "전했다"),
        ("함께", "같이"),
        ("따로", "각각"),
        ("다만", "그러나"),
        ("한편", "이와 별도로"),
        ("이에 따라", "이로써"),
    )
    chosen = dict(draw.sample(swaps, 3))
    pattern = re.compile("|".join(chosen))
    lines = [pattern.sub(lambda match: chosen[match[0]], paragraph) for paragraph in text]
    return lines[:-1] if len(lines) > _LONG else lines


def cut(draw: random.Random, text: list[str]) -> list[str]:
    return text[: max(3, round(len(text) * draw.uniform(0.35, 0.65)))]


def middle(draw: random.Random, text: list[str]) -> list[str]:
    """Return a passage from inside the text: an excerpt without the beginning."""
    size = max(3, len(text) // 2)
    start = draw.randint(1, max(1, len(text) - size))
    return text[start : start + size]


def own_lead(draw: random.Random, text: list[str]) -> list[str]:
    """Return the text below a new first paragraph, as outlets print press releases."""
    return [
        draw.choice(LEADS).format(**filling(draw)),
        *text[: len(text) - draw.randint(0, 1)],
    ]


def updated(draw: random.Random, text: list[str]) -> list[str]:
    """Return the text with new paragraphs in it."""
    lines = list(text)
    for paragraph in paragraphs(draw, 2):
        lines.insert(draw.randint(2, len(lines)), paragraph)
    return lines


def combined(draw: random.Random, text: list[str]) -> list[str]:
    return respaced(draw, edited(draw, own_lead(draw, text)))


CHANGES: Final[dict[str, Change]] = {
    "same": same, "respaced": respaced, "edited": edited, "cut": cut, "middle": middle,
    "own-lead": own_lead, "updated": updated, "combined": combined,
}  # fmt: skip


def dressed(draw: random.Random, text: list[str], outlet: str, outlet_class: str) -> str:
    """Return the text as it stands on a page: dateline, byline, copyright, lines of a portal."""
    place = draw.choice(PLACES)[:2]
    lines = (
        [f"({place}={outlet}) {name(draw)} 기자 = {text[0]}", *text[1:]]
        if draw.randrange(2)
        else list(text)
    )
    lines.append(
        draw.choice(
            (f"ⓒ {outlet}, 무단 전재 및 재배포 금지", f"{name(draw)} 기자 desk@example.test", "")
        )
    )
    return "\n".join([*CHROME.get(outlet_class, ()), *lines])


def compose(seed: int, stories: int, days: int = 7) -> Iterator[Labelled]:
    """Yield the documents of `stories` stories and their reprints, with digests and notices.

    Times are spread over `days` days from `START`.
    """
    # A seed gives the same documents only as long as all draws keep their order.
    draw = random.Random(seed)  # noqa: S311 - texts, not secrets
    recent: list[list[str]] = []
    for number in range(stories):
        title, text = story(draw)
        recent = [*recent[-9:], text]
        yield from _reprinted(draw, f"{seed}-{number}", title, text, _moment(draw, days))
        # A digest quotes the beginnings of the last ten stories and is a reprint of none.
        if number % 25 == 24:  # noqa: PLR2004 - one in so many
            digest = "\n".join("\n".join(paragraphs_of[:2]) for paragraphs_of in recent)
            written = Written(digest, "오늘의 주요 소식", OUTLETS[2], _moment(draw, days))
            yield written.labelled(draw, f"{seed}-{number}-digest", f"digest {number}", "digest")
    for number, notice in enumerate(notices(draw, max(4, stories // 60), name)):
        kind, outlet, headline, body = notice
        written = Written(body, headline, outlet, _moment(draw, days))
        # Each is a story of its own: that two are alike must not make them one cluster.
        yield written.labelled(draw, f"{seed}-notice-{number}", f"notice {number}", kind)


@dataclass(frozen=True, slots=True)
class Written:
    """A text as an outlet publishes it."""

    text: str
    title: str
    outlet: tuple[str, str]
    at: datetime

    def labelled(self, draw: random.Random, identity: str, story_id: str, kind: str) -> Labelled:
        document = Document(
            id=identity,
            text=self.text,
            title=self.title,
            outlet=self.outlet[0],
            outlet_class=self.outlet[1],
            url=f"https://example.test/{identity}",
            published_at=self.at,
            fetched_at=self.at + timedelta(minutes=draw.randint(1, 30)),
        )
        return Labelled(document, story_id, kind)


def _moment(draw: random.Random, days: int) -> datetime:
    return START + timedelta(minutes=draw.randrange(days * 1440))


def _reprinted(
    draw: random.Random, identity: str, title: str, text: list[str], at: datetime
) -> Iterator[Labelled]:
    """Yield a story as an agency or a newspaper publishes it first, then its reprints."""
    kinds = ["original", *draw.choices(list(CHANGES), k=draw.choice((0, 0, 1, 2, 4)))]
    outlets = [draw.choice(OUTLETS[:9]), *draw.sample(OUTLETS[2:], len(kinds) - 1)]
    for number, (kind, outlet) in enumerate(zip(kinds, outlets, strict=True)):
        changed = text if kind == "original" else CHANGES[kind](draw, text)
        headline = title
        if draw.randrange(10) >= 7:  # noqa: PLR2004
            headline = draw.choice(TITLES).format(**filling(draw))
        written = Written(dressed(draw, changed, *outlet), headline, outlet, at)
        yield written.labelled(draw, f"{identity}-{number}", identity, kind)
        at += timedelta(minutes=draw.randint(3, 600))
