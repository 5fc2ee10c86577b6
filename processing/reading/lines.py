"""Lines that stand around Korean articles, told from running text: each is judged whole.

The patterns are those of `processing.reading.phrases`. A sentence that mentions 무단 전재, 제보 or 사진 is running
text, and property tests hold every rule to that.
"""

import re
from enum import Enum, auto
from functools import lru_cache

from processing.reading import phrases
from processing.reading.bylines import is_byline


class Line(Enum):
    """What sort of line it is, where it is no running text."""

    RIGHTS = auto()  # group 1 and 2: copyright, redistribution, AI use
    BYLINE = auto()  # group 3
    CAPTION = auto()  # group 4: captions and photo credits
    PROMOTION = auto()  # group 5: tip-off, subscribe, portal and social invitations; group 10: advertising
    INTERFACE = auto()  # group 6: fonts, share, print, listen; board chrome
    PORTAL = auto()  # group 7
    PREMIUM = auto()  # group 8
    RELATED = auto()  # group 9: the label of a list of other articles
    CREDIT = auto()  # broadcast credits: camera, editing, graphics
    TAGS = auto()
    TIME = auto()


_PROSE = re.compile(r"[가-힣]{2}[.?!…](?:[”\"’')\]]|\s?\([^)]{1,30}\))*$")
_STATEMENT = re.compile(r"[가-힣](?:다|요|죠|음|임|함|됨)\.(?=[\s”\"'’)\]]|$)")
_PLAIN_STYLE = re.compile(r"[가-힣](?<!니)다(?:[.?!][”\"’')\]]{0,2}(?=\s|$)|[.?!]?[”\"’')\]]{0,2}$)")
_STOP = re.compile(r"[가-힣](?:다|요|죠|까|음|임|함|됨)[.?](?=[\s”\"’')\]]|$)")
_MARKED = re.compile(r"^\s?[▲△]\s?[^▲△▼]{8,250}$")
_GIVEN_BY = re.compile(r"(?<=[.])\s*[^.]{2,30}\s?제공[.]?$")
_LISTED = re.compile(r"[▲△◇◆■○]")
_LIST_WORD = re.compile(r"별세|[부모]친상|빙[부모]상|장[인모]상|조[부모]상|시[부모]상")
_ARROW = re.compile(r"^[▶▷☞►]+\ufe0f?\s?.{4,90}$")
_SHOWN = re.compile(r"(?:고 있다|있다|모습이다|모습|장면이다|장면|전경|풍경|사진이다|보인다)[.]?[”\"]?$")
_OBJECT = re.compile(r"[가-힣](?:의|을|를|에서|하는|대하여|위한)(?=[\s,.]|$)")
_WORD, _CLOCK = re.compile(r"[가-힣A-Za-z]+"), re.compile(r"\d{1,2}:\d{2}")
_CONTROL_WORDS = (
    "가 가나다 가나다라 가능 글씨 글자 글꼴 크기 크기조절 조절 조절하기 키우기 줄이기 작게 크게 보통 폰트 "
    "폰트크기 글씨크기 글자크기 본문 본문듣기 기사 기사듣기 뉴스 뉴스듣기 듣기 다시듣기 소리로 음성 음성으로 "
    "음성재생 재생 일시정지 정지 설정 읽기 읽어주기 요약 요약보기 자동요약 펼침 펼치기 접기 열기 닫기 닫힘 더보기 "
    "전체보기 보기 큰사진 큰사진보기 사진 이미지 확대 확대보기 축소 영역 시작 끝 이전 다음 구독 구독중 구독하기 "
    "공유 공유하기 인쇄 인쇄하기 프린트 프린트하기 스크랩 스크랩하기 저장 저장하기 복사 링크 링크복사 주소 "
    "주소복사 메일 이메일 댓글 댓글쓰기 추천 추천하기 좋아요 클린뷰 다크모드 스크롤 이동 상태바 번역 카카오톡 "
    "카카오스토리 페이스북 트위터 네이버블로그 밴드 라인 텔레그램 인스타그램 facebook twitter kakao band line url "
    "sns x"
)
_CONTROLS = frozenset(_CONTROL_WORDS.split())
_FEWEST_CONTROLS = 2  # one such word alone may be a subhead
_ALONE_WORDS = "다시듣기 큰사진보기 음성재생 요약보기 자동요약 펼침 구독중 클린뷰 가 가가 기자"
_CONTROLS_ALONE = frozenset(_ALONE_WORDS.split())
_LONGEST_CAPTION, _LONGEST_ODD, _LONGEST_CREDIT = 300, 240, 120
_MANY = 3  # sentences

_WHOLE: tuple[tuple[Line, re.Pattern[str]], ...] = (
    (Line.TAGS, phrases.TAGS),
    (Line.TIME, phrases.TIME),
    (Line.INTERFACE, phrases.INTERFACE),
    (Line.INTERFACE, phrases.END),
    (Line.PORTAL, phrases.PORTAL),
    (Line.PREMIUM, phrases.PREMIUM),
    (Line.RIGHTS, phrases.RIGHTS),
    (Line.RELATED, phrases.RELATED),
    (Line.INTERFACE, phrases.WORDS_ALONE),
    (Line.INTERFACE, phrases.PLAYER),
    (Line.PROMOTION, phrases.PREFERENCE),
    (Line.PORTAL, phrases.HELPLINE),
    (Line.PROMOTION, phrases.INVITATION),
    (Line.BYLINE, phrases.DESK),
    (Line.PORTAL, phrases.NOTE),
    (Line.CREDIT, phrases.CREW),
    (Line.CREDIT, phrases.CREDIT),
    (Line.CREDIT, phrases.SIGNATURE),
    (Line.PROMOTION, phrases.PROMOTION),
)


def is_prose(line: str) -> bool:
    """Say whether a line ends as a sentence does, or holds one."""
    return bool(_PROSE.search(line)) or bool(_STOP.search(line))


def is_statement(line: str) -> bool:
    """Say whether a line holds a sentence that ends in a full stop, as headlines do not."""
    return bool(_STATEMENT.search(line))


def sentences(line: str) -> int:
    """Return how many sentences end in a line."""
    return len(_STOP.findall(line))


@lru_cache(maxsize=4096)
def sort_of(line: str) -> Line | None:
    """Return what sort of line this is, or None for running text."""
    if len(line) > _LONGEST_CAPTION:
        return None
    if len(line) <= _LONGEST_ODD and not _is_told(line):
        for sort, pattern in _WHOLE:
            if pattern.match(line) and not (sort is Line.CREDIT and _OBJECT.search(line)):
                return sort
        if _is_controls(line):
            return Line.INTERFACE
    if is_byline(line):
        return Line.BYLINE
    return Line.CAPTION if _is_caption(line) else None


def _is_controls(line: str) -> bool:
    """Say whether a line is a row of a template's controls: nothing but their words."""
    words = _WORD.findall(line.lower())
    return (len(words) >= _FEWEST_CONTROLS and _CONTROLS.issuperset(words)) or _CLOCK.sub(
        "", line
    ).strip() in _CONTROLS_ALONE


def _is_told(line: str) -> bool:
    """Say whether a line tells: three sentences or more, or one in plain style (…했다., …이다”)."""
    return sentences(line) >= _MANY or bool(_PLAIN_STYLE.search(line))


def _is_caption(line: str) -> bool:
    if line.startswith("↑"):  # portals pointed up to the picture so, for years
        return True
    if phrases.LABELLED.match(line) and not _OBJECT.search(line):
        return True
    if phrases.PHOTO.match(line) and len(_STOP.findall(line)) <= 1:
        return True
    credit = _credit(line)
    if credit is None or len(_STOP.findall(line)) >= _MANY:
        return False
    shown = line[: credit.start()].rstrip()
    return not _PLAIN_STYLE.search(shown) or bool(_SHOWN.search(shown))


def _credit(line: str) -> re.Match[str] | None:
    """Return the run of credits at the end of a line: brackets, dates, agencies, addresses."""
    return phrases.WITH_CREDIT.search(line, max(0, len(line) - _LONGEST_CREDIT))


def is_marked(line: str) -> bool:
    """Say whether a line begins with the triangle of captions, which is also the bullet of lists and obituaries."""
    return bool(_MARKED.match(line)) and not _LIST_WORD.search(line)


def is_listed(line: str) -> bool:
    """Say whether a line is an item of a list of names, as in 인사 and 부고."""
    return bool(_LISTED.match(line)) and not is_prose(line)


def is_link(line: str) -> bool:
    """Say whether a line is the title of another article behind an arrow."""
    return bool(phrases.RELATED_LINE.match(line)) and not is_prose(line)


def is_arrow(line: str) -> bool:
    """Say whether a line stands behind an arrow: among sentences a subhead, after the last of them a link."""
    return bool(_ARROW.match(line)) and not _STOP.search(line.rstrip("!"))


def without_credit(line: str) -> tuple[str, str]:
    """Split a photo credit behind a mark off the end of running text; the second part is "" where there is none."""
    match = _credit(line)
    if match is None or not match[0].strip().startswith(("[", "(", "〈", "<", "【", "/", "ⓒ", "©", "사진=", "사진 =")):
        return line, ""
    return line[: match.start()].rstrip(), match[0]


def captionless(line: str) -> tuple[str, str]:
    """Split the credit off a caption that tells something: on a photo page it is the text."""
    credit = _credit(line) or _GIVEN_BY.search(line)
    shown = line[: credit.start()].rstrip() if credit else ""
    return (shown, line[len(shown) :].strip()) if is_prose(shown) else (line, "")
