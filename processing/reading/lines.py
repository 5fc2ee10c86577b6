"""Classifies lines around Korean articles, and cuts what follows the last sentence of a text.

A line is classified as a whole: boilerplate, byline, caption or credit, or None for running text.
The patterns are those of `processing.reading.phrases`. A sentence that mentions 무단 전재, 제보 or
사진 is running text; property tests hold every rule to that.

The last paragraphs may also end in a byline, an agency or a notice without a line break before it.
Each cut lies at the border of a sentence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import lru_cache

from processing.agencies import NEWSWIRES, PICTURES_ABROAD
from processing.reading import phrases
from processing.reading.bylines import agency, is_byline, people, slashed, writer
from processing.reading.tree import squeeze


class LineKind(Enum):
    """The kind of a line that is not running text.

    Groups are those of the field study of boilerplate that `processing.reading.phrases` names.
    """

    RIGHTS = auto()  # group 1 and 2: copyright, redistribution, AI use
    BYLINE = auto()  # group 3
    CAPTION = auto()  # group 4: captions and photo credits
    PROMOTION = auto()  # groups 5 and 10: tip-off, subscribe and social invitations, advertising
    INTERFACE = auto()  # group 6: fonts, share, print, listen; board chrome
    PORTAL = auto()  # group 7
    PREMIUM = auto()  # group 8
    RELATED = auto()  # group 9: the label of a list of other articles
    CREDIT = auto()  # broadcast credits: camera, editing, graphics
    TAGS = auto()
    TIME = auto()
    LABEL = auto()  # rows of public boards


_ENGLISH = 0.6
"""Share of Latin letters above which a text is English."""
_NO_LATIN = re.compile(r"[^A-Za-z]+")
_PROSE = re.compile(r"[가-힣]{2}[.?!…](?:[”\"’')\]]|\s?\([^)]{1,30}\))*$")
_ANY_SENTENCE = re.compile(r"\w[\w’'\"”)%\]]{0,3}[.?!。！？…:](?:[\s”\"’')\]]|$)")
_FOREIGN = re.compile(
    r"(?:[A-Za-zÀ-ɏͰ-ӿ’',-]{1,30} ){6}"  # six words and the beginning of a seventh
    # A full stop inside an abbreviation, a name or an address ends nothing.
    r"(?:[^.?!]|[.](?=\w)|(?<=[A-Z])[.]){0,300}"
    r"[a-zß-ɏΰ-ώа-ӿ0-9%][.?!](?=[\s”\"’')\]]|$)"
)
_STATEMENT = re.compile(r"[가-힣](?:다|요|죠|음|임|함|됨)\.(?=[\s”\"'’)\]]|$)")
_PLAIN_STYLE = re.compile(
    r"[가-힣](?<!니)다(?:[.?!][”\"’')\]]{0,2}(?=\s|$)|[.?!]?[”\"’')\]]{0,2}$)"
)
_STOP = re.compile(r"[가-힣](?:다|요|죠|까|음|임|함|됨)[.?](?=[\s”\"’')\]]|$)")
_MARKED = re.compile(r"^\s?[▲△]\s?[^▲△▼]{8,250}$")
_GIVEN_BY = re.compile(r"(?<=[.])\s*[^.]{2,30}\s?제공[.]?$")
_LISTED = re.compile(r"[▲△◇◆■○]")
_LIST_WORD = re.compile(r"별세|[부모]친상|빙[부모]상|장[인모]상|조[부모]상|시[부모]상")
_ARROW = re.compile(r"^[▶▷☞►]+\ufe0f?\s?.{4,90}$")
_SHOWN = re.compile(
    r"(?:고 있다|있다|모습이다|모습|장면이다|장면|전경|풍경|사진이다|보인다)[.]?[”\"]?$"
)
_REPORTED = re.compile(r"고\s(?:말했|밝혔|전했|했|설명했|강조했|덧붙였|지적했)다[.]$")
_OBJECT = re.compile(r"[가-힣](?:의|을|를|에서|하는|대하여|위한)(?=[\s,.]|$)")
_WORD, _CLOCK = re.compile(r"[가-힣A-Za-z]+"), re.compile(r"\d{1,2}:\d{2}")
_CONTROL_WORDS = (
    "가 가나다 가나다라 가능 글씨 글자 글꼴 크기 크기조절 조절 조절하기 키우기 줄이기 작게 크게 보통 폰트 "
    "폰트크기 글씨크기 글자크기 본문 본문듣기 기사 기사듣기 뉴스 뉴스듣기 듣기 다시듣기 소리로 음성 음성으로 "
    "음성재생 재생 일시정지 정지 설정 읽기 읽어주기 요약 요약보기 자동요약 펼침 펼치기 접기 열기 닫기 닫힘 더보기 "
    "전체보기 보기 큰사진 큰사진보기 사진 이미지 확대 확대보기 축소 영역 시작 끝 이전 다음 구독 구독중 구독하기 "
    "공유 공유하기 인쇄 인쇄하기 프린트 프린트하기 스크랩 스크랩하기 저장 저장하기 다운로드 "
    "돋보기 원본 원본보기 크게보기 복사 링크 링크복사 주소 "
    "주소복사 메일 이메일 댓글 댓글쓰기 추천 추천하기 좋아요 클린뷰 다크모드 스크롤 이동 상태바 번역 카카오톡 "
    "카카오스토리 페이스북 트위터 네이버블로그 밴드 라인 텔레그램 인스타그램 facebook twitter kakao band line url "
    "sns x"
)
_CONTROLS = frozenset(_CONTROL_WORDS.split())
# One word of a template's controls alone may be a subhead, so two make a row of controls.
_FEWEST_CONTROLS = 2
# These count even when they stand alone.
_ALONE_WORDS = "다시듣기 큰사진보기 음성재생 요약보기 자동요약 펼침 구독중 클린뷰 가 가가 기자"
_CONTROLS_ALONE = frozenset(_ALONE_WORDS.split())
# So are these in an element of their own beside a picture, where 사진 begins a credit.
_PICTURE_WORDS = (
    "확대 축소 닫기 열기 공유 공유하기 다운로드 돋보기 전체보기 확대보기 큰사진보기 이전 다음"
)
_PICTURE_CONTROLS = frozenset(_PICTURE_WORDS.split())
_BOARD_COUNTERS = frozenset({"조회", "조회수", "첨부", "첨부파일"})
_COUNTER = re.compile(r"\d{1,2}\s?/\s?\d{1,2}")  # 1/3, which of several pictures is shown
# Characters. A longer line is running text whatever it holds; it is also never matched, which
# bounds the time of all patterns on hostile input.
LONGEST_CAPTION, LONGEST_BOILERPLATE, LONGEST_CREDIT = 300, 240, 120
# Sentences from which a line is narrative, whatever it ends in.
_MANY = 3
_MAIL = r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{0,80}"
# Credits that stand under reports as well as under pictures.
_WEAK = re.compile(rf"(?:{NEWSWIRES}|/?\s?[가-힣]{{2,4}}\s기자)[.]?(?:\s?{_MAIL})?|{_MAIL}")
_TELLING_END = re.compile(r"[가-힣](?:다|요|죠|까)[.?!][”\"’')\]]{0,2}$")
# Characters that the sentence of a narrative line has at least.
_SHORTEST_NARRATIVE = 10

_TRAILING = re.compile(
    r"(?<=[다요죠까음임함됨라][.?!”\"’])[”\"’)\]]*\s*(?P<tail>(?:[^.?!”\"]{0,60}?"
    r"(?:[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[\w-]{1,63}){1,4}|기자|특파원)){1,3}"
    r"(?:\s?\([가-힣]{2,16}\))?[)\]>\s]*)$"
)
_NOTICE = re.compile(
    r"(?<=[다요죠까음임함됨라][.?!])[”\"’)\]]*\s*"
    r"(?=[※☞▶▷◎■]|\[이 기사는|[\[<〈(\-“]{0,2}\s?(?:ⓒ|©|\(c\)|저작권|copyright|goodnews paper))",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[다요죠까음임함됨라][.?!])[”\"’)\]]*\s+(?=\S)")
# A credit that is glued to the last sentence: `…고 말했다.표가람 기자`.
_GLUED = re.compile(r"(?<=[가-힣][다요죠까음임함됨라])[.?!][”\"’')\]]{0,2}(?=[^\s.?!”\"’')\]0-9])")
_NOTICES = frozenset({LineKind.RIGHTS, LineKind.PROMOTION, LineKind.PORTAL, LineKind.PREMIUM})
_SIGNATURES = frozenset({LineKind.BYLINE, LineKind.CAPTION, LineKind.CREDIT})
_LOOSE = re.compile(
    rf"[\[(</=\s【]*(?:연합|{NEWSWIRES}|{PICTURES_ABROAD}|KBS|MBC|SBS|EBS|YTN|MBN|JTBC"
    r"|[가-힣A-Za-z0-9]{1,8}(?:뉴스|일보|신문|닷컴|통신|TV))[\])>】\s]*"
)
_WRITTEN_TOO = re.compile(r"(?:^|[\s.?!”\"\[(<])(?:글|취재)$")
_WRITTEN_BY = re.compile(
    r"[\[(<]?\s?(?:글|사진|취재|영상)(?:\s?[·/,]\s?(?:글|사진|영상|취재|그래픽))*\s?[=:|ㅣ/]?\s?[가-힣]{2,4}\s?"
    r"(?:선임|전문|객원|인턴|수습|사진)?\s?(?:기자|특파원|작가|PD|피디)\s?(?:[A-Za-z0-9._+-]{2,64}@\S{0,40})?\s?[\])>]?"
)
# Paragraphs from the end that are searched, and characters of what is cut there.
_TAIL_LINES, _LONGEST_NAME, _LONGEST_NOTICE = 6, 12, 240

# The first pattern that matches decides, so the broadest (CREDIT, PROMOTION) come last.
WHOLE: tuple[tuple[LineKind, re.Pattern[str]], ...] = (
    (LineKind.BYLINE, phrases.MAIL_LINE),
    (LineKind.TAGS, phrases.TAGS),
    (LineKind.TIME, phrases.TIME),
    (LineKind.INTERFACE, phrases.INTERFACE),
    (LineKind.INTERFACE, phrases.END),
    (LineKind.PORTAL, phrases.PORTAL),
    (LineKind.PREMIUM, phrases.PREMIUM),
    (LineKind.RIGHTS, phrases.RIGHTS),
    (LineKind.RELATED, phrases.RELATED),
    (LineKind.INTERFACE, phrases.WORDS_ALONE),
    (LineKind.INTERFACE, phrases.PLAYER),
    (LineKind.PROMOTION, phrases.PREFERENCE),
    (LineKind.PORTAL, phrases.HELPLINE),
    (LineKind.PROMOTION, phrases.INVITATION),
    (LineKind.PORTAL, phrases.CONSENT),
    (LineKind.LABEL, phrases.CONTACT),
    (LineKind.PROMOTION, phrases.SUBSCRIBE),
    (LineKind.BYLINE, phrases.DESK),
    (LineKind.PORTAL, phrases.NOTE),
    (LineKind.CREDIT, phrases.CREW),
    (LineKind.CREDIT, phrases.CREDIT),
    (LineKind.CREDIT, phrases.SIGNATURE),
    (LineKind.PROMOTION, phrases.PROMOTION),
)


def is_english(text: str) -> bool:
    """Return whether a text is in English."""
    text = text[:4000]
    latin = len(_NO_LATIN.sub("", text))
    # English words and names in a Korean article stay far below this share.
    return bool(latin) and latin > _ENGLISH * sum(map(str.isalpha, text))


def is_prose(line: str) -> bool:
    """Say whether a line ends as a sentence does, or holds one."""
    return bool(_PROSE.search(line)) or bool(_STOP.search(line))


def is_sentence(line: str) -> bool:
    """Say whether a line in any language ends as a sentence does, or holds one."""
    return is_prose(line) or bool(_ANY_SENTENCE.search(line))


def is_foreign_sentence(line: str) -> bool:
    """Say whether a line holds a sentence of seven words in Latin, Greek or Cyrillic letters."""
    return bool(_FOREIGN.search(line))


def holds_sentence(line: str) -> bool:
    """Say whether a line is prose in Korean, or holds a sentence in another alphabet."""
    return is_prose(line) or is_foreign_sentence(line)


def is_statement(line: str) -> bool:
    """Say whether a line holds a sentence that ends in a full stop, as headlines do not."""
    return bool(_STATEMENT.search(line))


def sentences(line: str) -> int:
    """Return how many sentences end in a line."""
    return len(_STOP.findall(line))


# Cached: the search for the body and the cleaning of its text ask for the same lines.
@lru_cache(maxsize=4096)
def sort_of(line: str) -> LineKind | None:
    """Return the kind of a line, or None for running text."""
    if len(line) > LONGEST_CAPTION:
        return None
    if len(line) <= LONGEST_BOILERPLATE and not _is_narrative(line):
        for sort, pattern in WHOLE:
            # A particle of an object or a place shows a sentence that only begins like a credit.
            if pattern.match(line) and not (sort is LineKind.CREDIT and _OBJECT.search(line)):
                return sort
        if _is_controls(line):
            return LineKind.INTERFACE
        if _is_board_row(line):
            return LineKind.LABEL
    if is_byline(line):
        return LineKind.BYLINE
    return LineKind.CAPTION if _is_caption(line) else None


def board_rows(line: str) -> Iterator[tuple[str, str]]:
    """Yield words with a colon and what stands behind each, up to a bar or the next of them.

    Nothing is yielded of a part without a word that is in the label of a public board.
    """
    for part in line.split("|"):
        if (":" in part or "：" in part) and phrases.BOARD_WORD.search(part):
            _, *row = phrases.BOARD_ROW.split(part)
            yield from zip(row[::2], map(squeeze, row[1::2]), strict=True)


def _is_board_row(line: str) -> bool:
    """Return whether a line is several rows of a board, and has none of an event (일시, 장소)."""
    labels = [label for label, _ in board_rows(line)]
    others = (label for label in labels if label not in _BOARD_COUNTERS)
    return (
        len(labels) > 1
        and line.startswith(labels[0])
        and all(map(phrases.BOARD_LABEL.fullmatch, others))
    )


def is_control(text: str) -> bool:
    """Return whether the text of an element in a picture's block is a control's, not a caption's."""
    words = _WORD.findall(text.lower())
    if len(words) < _FEWEST_CONTROLS:
        return text.strip() in _PICTURE_CONTROLS or bool(_COUNTER.fullmatch(text.strip()))
    return _CONTROLS.issuperset(words)


def _is_controls(line: str) -> bool:
    """Say whether a line holds nothing but the words of a template's controls."""
    words = _WORD.findall(line.lower())
    return (len(words) >= _FEWEST_CONTROLS and _CONTROLS.issuperset(words)) or _CLOCK.sub(
        "", line
    ).strip() in _CONTROLS_ALONE


def _is_narrative(line: str) -> bool:
    """Say whether a line is narrative: three sentences, or one in plain style (…했다., …이다”)."""
    return sentences(line) >= _MANY or bool(_PLAIN_STYLE.search(line))


def _is_caption(line: str) -> bool:
    # Portals marked the caption of the picture above it so, for years.
    if line.startswith("↑"):
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


def is_told(line: str) -> bool:
    """Say whether a line, without the credit at its end, is a sentence.

    Reports and captions both have such sentences; what stands beside the line decides.
    """
    is_given = line.endswith(("제공", "제공."))
    credit = _credit(line) or (_GIVEN_BY.search(line) if is_given else None)
    text = line[: credit.start()].rstrip() if credit else line
    if credit and not _WEAK.fullmatch(credit[0].strip()) and not _is_report(text):
        return False
    marked = bool(phrases.LABELLED.match(line)) or line.lstrip()[:1] in "▲△▼↑"
    return not marked and bool(_TELLING_END.search(text)) and len(text) >= _SHORTEST_NARRATIVE


def _is_report(text: str) -> bool:
    """Say whether a text ends as reports do (`…고 밝혔다.`) and captions do not (`…하고 있다.`)."""
    return bool(_REPORTED.search(text)) and not _SHOWN.search(text)


def _credit(line: str) -> re.Match[str] | None:
    """Return the run of credits at the end of a line: brackets, dates, agencies, addresses."""
    # Credits stand at the end: searching only there bounds the time for a long paragraph.
    start = max(0, len(line) - LONGEST_CREDIT)
    return (
        phrases.WITH_CREDIT.search(line, start) if phrases.CREDIT_WORD.search(line, start) else None
    )


def is_marked(line: str) -> bool:
    """Say whether a line begins with the triangle of captions.

    It is also the bullet of lists; lines of obituaries are left out.
    """
    return bool(_MARKED.match(line)) and not _LIST_WORD.search(line)


def is_listed(line: str) -> bool:
    """Say whether a line is an item of a list of names, as in 인사 and 부고."""
    return bool(_LISTED.match(line)) and not is_prose(line)


def is_link(line: str) -> bool:
    """Say whether a line is the title of another article behind an arrow."""
    return bool(phrases.RELATED_LINE.match(line)) and not is_prose(line)


def is_arrow(line: str) -> bool:
    """Say whether a line stands behind an arrow.

    Among sentences it is a subhead, after the last of them a link.
    """
    return bool(_ARROW.match(line)) and not _STOP.search(line.rstrip("!"))


def unglued(line: str) -> str:
    """Return a line with a blank between its last sentence and what is a credit right behind it."""
    # Most lines end in their last sentence; a cut address may end in a full stop.
    if line.endswith((".", "?", "!", "”")) and "@" not in line[-40:]:
        return line
    ends = [end.end() for end in _GLUED.finditer(line, max(0, len(line) - LONGEST_CREDIT))]
    part = line[ends[-1] :] if ends else ""
    if part and (is_loose(part) or slashed(part) or sort_of(part) in _SIGNATURES):
        return f"{line[: ends[-1]]} {part}"
    return line


def without_credit(line: str) -> tuple[str, str]:
    """Split a line into running text and a photo credit at its end.

    Only a credit behind a mark is cut (bracket, slash, ⓒ, `사진=`). Without one the second part is
    empty.
    """
    match = _credit(line)
    if (
        match is None
        or not match[0]
        .strip()
        .startswith(("[", "(", "〈", "<", "【", "/", "ⓒ", "©", "사진=", "사진 ="))
        # 글/사진=표가람 기자
        or _WRITTEN_TOO.search(line, 0, match.start())
    ):
        return line, ""
    return line[: match.start()].rstrip(), match[0]


def captionless(line: str) -> tuple[str, str]:
    """Split a caption into its sentence and its credit; on a photo page the sentence is the text.

    Without a sentence the line comes back whole, with an empty credit.
    """
    credit = _credit(line) or _GIVEN_BY.search(line)
    shown = line[: credit.start()].rstrip() if credit else ""
    return (shown, line[len(shown) :].strip()) if is_prose(shown) else (line, "")


@dataclass(slots=True)
class Ending:
    """Lines that were cut off a text, by kind; `agency` is what they credit."""

    bylines: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    agency: str | None = None


def cut(paragraphs: list[str], *, signed: bool) -> Ending:
    """Cut what follows the last sentence off `paragraphs` (changed in place) and return it.

    `signed` says that a byline with a name is already known.
    """
    ending = Ending()
    _drop_names(paragraphs, ending)
    for index in range(max(0, len(paragraphs) - _TAIL_LINES), len(paragraphs)):
        paragraphs[index] = _without_notice(paragraphs[index], ending)
        paragraphs[index] = _without_byline(paragraphs[index], ending)
    if not signed and not any(map(people, ending.bylines)):
        _cut_writer(paragraphs, ending)
    return ending


def _drop_names(paragraphs: list[str], ending: Ending) -> None:
    """Remove the last paragraphs that are titles behind arrows, agencies or names."""
    # A text without any sentence keeps its lines: they may be all that there is of it.
    while (
        paragraphs
        and (is_loose(paragraphs[-1]) or is_arrow(paragraphs[-1]) or slashed(paragraphs[-1]))
        and any(map(is_prose, paragraphs[:-1]))
    ):
        line = paragraphs.pop()
        ending.agency = ending.agency or agency(line)
        if byline := slashed(line):
            ending.bylines.append(byline)
            ending.captions.append(line)
        elif people(line):
            ending.bylines.append(line)
        else:
            ending.loose.append(line)


def _without_notice(text: str, ending: Ending) -> str:
    """Cut a notice off the end of a paragraph, if it is all that follows its mark."""
    for mark in _NOTICE.finditer(text, max(0, len(text) - _LONGEST_NOTICE)):
        notice = text[mark.end() :]
        sort = sort_of(notice)
        if sort in _NOTICES:
            if sort is LineKind.RIGHTS:
                ending.notices.append(notice)
            return text[: mark.end()].rstrip()
    return text


def _without_byline(text: str, ending: Ending) -> str:
    """Cut a byline, an agency or a credit off the end of a paragraph."""
    match = _TRAILING.search(text)
    if match and is_byline(tail := match["tail"].strip()):
        ending.bylines.append(slashed(tail) or tail)
        return text[: match.start("tail")].rstrip(" [(<")
    ends = [end.end() for end in _SENTENCE.finditer(text, max(0, len(text) - _LONGEST_NOTICE))]
    line = text[ends[-1] :] if ends else ""
    if not line:
        return text
    if byline := slashed(line):
        ending.bylines.append(byline)
        ending.captions.append(line)
    elif sort_of(line) is LineKind.BYLINE or _WRITTEN_BY.fullmatch(line):
        ending.bylines.append(line)
    elif is_loose(line):
        ending.agency = ending.agency or agency(line)
        ending.loose.append(line)
    elif sort_of(line) is LineKind.CAPTION and not is_prose(line):
        ending.captions.append(line)
    elif sort_of(line) is LineKind.CREDIT and not is_prose(line):
        ending.loose.append(line)
    else:
        return text
    return text[: ends[-1]].rstrip()


def _cut_writer(paragraphs: list[str], ending: Ending) -> None:
    """Remove the first or last paragraph if it names the writer of a column."""
    if not any(map(is_prose, paragraphs)):
        return
    for index in (0, len(paragraphs) - 1):
        if writer(paragraphs[index]):
            ending.bylines.append(paragraphs.pop(index))
            return


def is_loose(line: str) -> bool:
    """Say whether a line is only the name of an agency or an outlet."""
    return len(line) <= _LONGEST_NAME and not is_prose(line) and bool(_LOOSE.fullmatch(line))
