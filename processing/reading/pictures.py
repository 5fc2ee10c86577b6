"""What is the caption of an image: told by where it stands and how it is set, never by its words alone.

Templates mark captions, and `processing.reading.markup` knows the marks. Here are the ways of editors who do not: the
words of the image's own `alt`, a line in small or grey letters below it, a line set to the middle as the image is, or
a sentence that says what can be seen.
"""

import re

from lxml.html import HtmlElement

from processing.reading import english
from processing.reading.bylines import writer
from processing.reading.lines import is_prose, is_statement, sentences, sort_of
from processing.reading.tree import squeeze, text_of

_CENTRED = re.compile(r"text-align\s*:\s*center|font-size\s*:\s*(?:0?\.[5-9]|1[0-3]px|[6-9]pt)", re.IGNORECASE)
_CREDIT = re.compile(r"사진|제공|캡처|갈무리|ⓒ|©|/|=|연합뉴스|뉴시스|뉴스1|게티|자료")
_MARK = re.compile(r"^\s*[▲△▼◀▶]\s*")
_SENTENCE_END = re.compile(r"[.?!…”\"’']$")
_LEADING_MARK = re.compile(r"[^가-힣A-Za-z(]|.{0,40}=")
_TRIANGLE = re.compile(r"[▲△]\s?[^=▲△]{2,120}$")
_SMALL = re.compile(
    r"font-size\s*:\s*(?:0?\.[5-9]|small|1[0-3](?:\.\d)?px|[6-9](?:\.\d)?pt)|color\s*:\s*(?:#(?:[4-9a]\w){3}|gr[ae]y)",
    re.IGNORECASE,
)
_SMALL_TAGS = frozenset({"small", "em", "i", "figcaption"})
_DOING = (
    "둘러보 살펴보 바라보 지켜보 발언하 인사하 인사말을하 악수하 취하 찍 촬영하 외치 들어서 나서 "
    "걷 걸어가 이동하 입장하 퇴장하 답변하 브리핑하 경청하 대화하 환담하 참배하 헌화하 묵념하 "
    "흔들 행진하 기다리 지나 지나가 오가 작업하 수색하 체험하 관람하 시연하 서명하 환호하 기뻐하 "
    "질주하 훈련하 앉아 서 모여 몰려 놓여 걸려 쌓여 들 달리 던지 뛰 뿌리 심 담그"
)
_THERE = re.compile(r"에서|\d일|왼쪽|오른쪽|가운데|앞|옆|위")
_SHOWN = re.compile(rf"(?:{'|'.join(_DOING.split())})\s?고?\s?있다[.]?$")
_SIGHT = re.compile(r"(?:모습|장면|전경|풍경|조감도)(?:이다)?[.]?$")
_UNDER, _SHORT, _LONGEST_SET, MAX_CAPTION = 50, 120, 150, 300
_LONGEST_SHOWN = 140
_FEWEST_WORDS = 8  # characters from which the words of an `alt` are a caption's
_MOSTLY = 0.5


def words_of(image: HtmlElement) -> set[str]:
    """Return what an image says of itself, for comparing with lines of text."""
    said = (squeeze(image.get(name)) for name in ("alt", "title"))
    return {words for words in said if len(words) >= _FEWEST_WORDS}


def told(prepared: list[str], found: list[str]) -> list[str]:
    """Take the captions that tell out of those `prepared` from mark-up; name them and those `found` among the lines."""
    telling = [one for one in prepared if is_statement(one)]
    prepared[:] = [one for one in prepared if not is_statement(one)]
    return [_MARK.sub("", one) for one in [*telling, *found] if is_statement(one)]


def is_picture(node: HtmlElement) -> bool:
    """Say whether a block is an image with its caption: little text, and it looks or is marked like a caption."""
    images = list(node.iter("img"))
    if not images:
        return False
    text = text_of(node)
    if len(text) > MAX_CAPTION:
        return False
    if not text or node.tag in {"table", "dl"} or _MARK.match(text) or is_centred(node) or is_small(node, text):
        return True
    if any(text in words_of(image) for image in images):
        return True
    return len(text) <= _SHORT and (not _SENTENCE_END.search(text) or bool(_CREDIT.search(text[-25:])))


def is_centred(node: HtmlElement) -> bool:
    """Say whether a block is set to the middle or in small letters."""
    return node.get("align") == "center" or node.tag == "center" or bool(_CENTRED.search(node.get("style") or ""))


def is_small(node: HtmlElement, text: str) -> bool:
    """Say whether all of a block's text, one sentence at most, stands in small, grey or slanted letters."""
    if len(text) > _LONGEST_SET or sentences(text) > 1:
        return False
    for one in node.iter("small", "em", "i", "font", "span"):
        small = one.tag in _SMALL_TAGS or one.get("size") in {"1", "2"} or _SMALL.search(one.get("style") or "")
        if small and text_of(one) == text:
            return True
    return False


def is_set_below(node: HtmlElement, image: HtmlElement, body: HtmlElement) -> bool:
    """Say whether a block right below an image is set as its caption: in small letters, or in the middle like it."""
    if next(node.iter("img"), None) is not None:
        return False
    text = text_of(node)
    if not text or len(text) > _LONGEST_SET or sentences(text) > 1 or sort_of(text):
        return False
    if is_small(node, text):
        return True
    above = image.getparent()
    return is_centred(node) and above is not None and is_centred(above) and not _is_set_throughout(body)


def _is_set_throughout(body: HtmlElement) -> bool:
    """Say whether most of a body is set to the middle: then that tells nothing."""
    blocks = [(is_centred(node), len(text_of(node))) for node in body.iter("p", "div") if node is not body]
    return sum(length for centred, length in blocks if centred) > _MOSTLY * sum(length for _, length in blocks)


def is_under_picture(text: str) -> bool:
    """Say whether a plain line right below an image is its caption: a few words, or one sentence of what is shown."""
    if _TRIANGLE.match(text) or english.is_caption(text):
        return True
    if sort_of(text) or writer(text):
        return False
    if _tells_what_is_shown(text):
        return True
    return len(text) <= _UNDER and not (_LEADING_MARK.match(text) or is_prose(text) or _SENTENCE_END.search(text))


def _tells_what_is_shown(text: str) -> bool:
    """Say whether a line is one sentence of what somebody is doing at a place or on a day, or names a sight."""
    if len(text) > _LONGEST_SHOWN or sentences(text) > 1:
        return False
    return bool(_SIGHT.search(text) or (_SHOWN.search(text) and _THERE.search(text)))
