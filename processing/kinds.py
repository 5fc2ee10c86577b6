"""Decides the kind of an article (flash, photo, obituary, opinion and so on) from its words.

The press marks kinds in brackets at the head of a headline, as in `[속보]` or `[인사]`. Sections and
the way in which a text begins are asked only where the headline has no such mark.
"""

import re

from processing.records import Kind

# Brackets of every kind around a mark.
_OPEN, _CLOSE = r"[\[(<〈【]\s?", r"\s?[\])>〉】]"

# The first that matches is the kind.
_KIND_OF_TITLE: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        Kind.FLASH,
        re.compile(
            r"^\W{0,2}속보(?![가-힣])"  # 속보이는 is no flash
            rf"|{_OPEN}(?:긴급|[가-힣]{{0,4}}속보|1보|2보|3보|4보){_CLOSE}"
            r"|\([1-4]보\)"
        ),
    ),
    (Kind.ROUNDUP, re.compile(rf"{_OPEN}종합\s?(?:[1-9]보)?{_CLOSE}")),
    (
        Kind.OBITUARY,
        re.compile(
            rf"{_OPEN}(?:부고|부음|궂긴\s?소식|별세|訃告)(?:\s?[·/]\s?인사)?{_CLOSE}|^\W?(?:부고|부음)\b"
        ),
    ),
    (
        Kind.PERSONNEL,
        re.compile(
            rf"{_OPEN}(?:[가-힣]{{0,6}}\s?인사|人事|동정|승진)(?:\s?[·/]\s?(?:부고|부음|동정))?{_CLOSE}"
            r"|^\W?인사\s{0,2}(?:[-:=/|·]|$)"  # 인사 청문회 is none
        ),
    ),
    (
        Kind.PHOTO,
        re.compile(
            rf"{_OPEN}(?:[가-힣A-Z]{{0,6}}\s?(?:포토|사진|화보)\s?[가-힣A-Z&]{{0,6}}"
            rf"|카드\s?뉴스|그래픽\s?뉴스|[가-힣]{{0,6}}\s?(?:만평|그림판|Pic)|PHOTO){_CLOSE}",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.VIDEO,
        re.compile(
            rf"{_OPEN}(?:[가-힣A-Z]{{0,6}}\s?(?:영상|동영상|비디오)\s?[가-힣A-Z]{{0,4}}"
            rf"|D리포트|현장영상|뉴스영상|자막\s?뉴스|쇼츠|숏츠|VIDEO){_CLOSE}",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.MARKET,
        re.compile(
            rf"{_OPEN}(?:[가-힣]{{0,8}}\s?(?:시황|마감|개장|장중|외환|환율|증시)\s?[가-힣]{{0,4}}"
            rf"|코스피|코스닥|뉴욕증시|유럽증시){_CLOSE}"
        ),
    ),
    (
        Kind.OPINION,
        re.compile(
            rf"{_OPEN}(?:[가-힣A-Za-z]{{0,12}}\s?"
            r"(?:사설|社說|칼럼|시론|時論|기고|논단|시평|오피니언|데스크|기자\s?수첩|취재\s?수첩|여적|만물상"
            r"|횡설수설|특별기고|독자투고|논설|광장|세상\s?읽기|에세이|시선|아침햇발|기자의\s?눈)"
            rf"\s?[가-힣]{{0,6}}(?:\s?/\s?[가-힣]{{2,4}})?){_CLOSE}"  # [횡설수설/홍길동]
            r"|의 (?:칼럼|이슈공감|시선)\s?[\]】]"  # [홍길동의 시선]
        ),
    ),
    (
        Kind.INTERVIEW,
        re.compile(
            rf"{_OPEN}[가-힣A-Za-z0-9\s]{{0,10}}인터뷰\s?[가-힣A-Z①-⑳]{{0,6}}{_CLOSE}|인터뷰\]"
        ),
    ),
    (Kind.PRESS_RELEASE, re.compile(rf"{_OPEN}보도\s?자료{_CLOSE}")),
    (
        Kind.BRIEFING,
        re.compile(
            rf"{_OPEN}(?:[가-힣]{{0,6}}\s?(?:브리핑|단신)|간추린\s?뉴스|(?:오늘의\s?)?주요\s?뉴스)"
            rf"\s?[가-힣]{{0,4}}{_CLOSE}"
        ),
    ),
    (
        Kind.NEWSLETTER,
        re.compile(rf"{_OPEN}[가-힣A-Za-z\s]{{0,10}}(?:뉴스\s?레터|레터){_CLOSE}|뉴스레터$"),
    ),
)
_KIND_OF_SECTION: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.OPINION, re.compile(r"오피니언|사설|칼럼|기고|opinion|column|editorial", re.IGNORECASE)),
    (
        Kind.PRESS_RELEASE,
        re.compile(r"보도[·\s]{0,2}(?:해명|설명)?\s?자료|press[-_ ]?release", re.IGNORECASE),
    ),
    (Kind.PHOTO, re.compile(r"포토|화보|카드뉴스|photo", re.IGNORECASE)),
    (Kind.OBITUARY, re.compile(r"부고|부음|obituar", re.IGNORECASE)),
    (Kind.PERSONNEL, re.compile(r"^(?:인사|인사·?동정|인사/부고)$")),
    (Kind.MARKET, re.compile(r"^시황$")),
    (Kind.INTERVIEW, re.compile(r"^인터뷰$")),
    (Kind.NEWSLETTER, re.compile(r"뉴스\s?레터|newsletter", re.IGNORECASE)),
)
# Transcripts of broadcasts name the speaker at the head of a line.
_BROADCAST = re.compile(
    r"^[\[【◀<(]\s?(?:앵커|앵커멘트|기자|리포트|VCR)\s?[^\]】▶>)]{0,6}[\]】▶>)]", re.MULTILINE
)
_OBITUARY_TEXT = re.compile(
    r"^[▲■◆◇]?\s?[가-힣]{2,4}\s?(?:\([^)]{1,40}\))?\s?씨?\s?(?:별세|모친상|부친상|빙부상|빙모상|장인상|장모상|"
    r"조부상|시부상)"
)
_NEWSLETTER_LINE = re.compile(r"^[\U0001F300-\U0001FAFF\u2600-\u27BF]\ufe0f?\s?\S", re.MULTILINE)
_CHAIN_MARK = re.compile(
    r"[\[(<〈【]\s?(?:속보|긴급|종합\s?[1-9]?보?|[1-4]보|1보|단독|상보)\s?[\])>〉】]|^\W{0,2}속보\W{0,2}"
)
_LISTED = frozenset({Kind.BRIEFING, Kind.MARKET, Kind.OBITUARY, Kind.OPINION, Kind.PERSONNEL})
_MARK = re.compile(rf"{_OPEN}(?!단독)[^\[\](){{}}<>〈〉【】]{{1,14}}{_CLOSE}")
_FEWEST_PICTOGRAPHS = 4  # lines that begin with one, as those of newsletters do
_BEGINNING = 200  # characters in which an obituary says who died


def kind_of(
    title: str,
    *,
    section: str | None,
    text: str,
    keywords: tuple[str, ...] = (),
    is_video: bool = False,
) -> Kind:
    """Return the kind of an article; the headline's own mark decides before section and text."""
    for kind, pattern in _KIND_OF_TITLE:
        if pattern.search(title):
            return kind
    for kind, pattern in _KIND_OF_SECTION:
        if section and pattern.search(section):
            return kind
    if is_video or len(_BROADCAST.findall(text)) > 1:
        return Kind.VIDEO
    if _OBITUARY_TEXT.search(text[:_BEGINNING]):
        return Kind.OBITUARY
    if len(_NEWSLETTER_LINE.findall(text)) >= _FEWEST_PICTOGRAPHS or "뉴스레터" in keywords:
        return Kind.NEWSLETTER
    return Kind.ARTICLE


def is_photo(title: str) -> bool:
    """Return whether a headline marks a photo page."""
    return kind_of(title, section=None, text="") is Kind.PHOTO


def may_be_lines(title: str) -> bool:
    """Return whether a headline's mark allows a text without a sentence: 인사, 부고, a poem.

    Pictures, videos and flashes have their own mark, and often no text at all; an exclusive or a
    round-up is told in sentences.
    """
    kind = kind_of(title, section=None, text="")
    if kind is Kind.ARTICLE:
        return bool(_MARK.match(title))
    return kind in _LISTED


def chain_of(title: str, kind: Kind) -> str | None:
    """Return the headline without marks, which the parts of a chain share; None for other kinds.

    A chain is a story told in flashes and a round-up: 1보, 2보, 종합.
    """
    if kind not in {Kind.FLASH, Kind.ROUNDUP}:
        return None
    return re.sub(r"[\W_]+", "", _CHAIN_MARK.sub("", title)).lower() or None
