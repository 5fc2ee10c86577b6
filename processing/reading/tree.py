"""Decodes the bytes of a page, parses them into one tree, and reads texts from its elements.

Metadata, rights, the body and Trafilatura share the tree. It is hostile input: its size, depth and
number of elements are bounded, and nothing here or after it recurses.

Korean pages are wrong about their charset in three ways: CP949 declared as euc-kr or ks_c_5601
(CP949 has 8,822 more syllables), UTF-8 declared as EUC-KR after a move, and EUC-KR declared as
UTF-8. A declaration is therefore a candidate. Labels are those of the WHATWG Encoding Standard.
"""

import codecs
import math
import re
import unicodedata
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, cast

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from processing.limits import ExcessError, check_html
from processing.records import Page, Reason, Rejection

EVIDENCE_LENGTH = 200
"""Characters of a page that a rejection keeps to show its reason."""

MAX_BYTES = 12_000_000
"""Largest page that is read, with a content coding undone; the largest of the kept pages has 0.4
MB.
"""

MAX_ELEMENTS = 50_000
"""A page of more elements is no article: the largest kept page has 2,500."""

MAX_DEPTH = 400
"""Deeper nesting is an attack or a broken template; the deepest kept page has 40 levels."""

# The parser leaves out what is nested too deep, so that start tags are counted before it runs.
_START_TAGS = 4 * MAX_ELEMENTS

# Labels of the WHATWG standard's EUC-KR, which is CP949 in Python.
_KOREAN = frozenset(
    {
        "euc-kr",
        "euckr",
        "ks_c_5601-1987",
        "ks_c_5601",
        "ksc5601",
        "ksc_5601",
        "korean",
        "windows-949",
    }
)
_TEXT_CODECS = (
    "utf",
    "cp",
    "iso8859",
    "iso2022",
    "shift",
    "gb",
    "big5",
    "euc",
    "johab",
    "ascii",
    "koi8",
)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_META_WITHIN = 8192  # bytes in which a page's own declaration is looked for
_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\r"))
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks, each with the codec that takes it off."""
_BROKEN = 0.2  # share of undecodable characters from which a page is no text
# One syllable in five of running Korean is one of these; in a wrong charset hardly any is.
_FAMILIAR = "이다는의에을가고"
_LEAST_FAMILIAR = 0.04
_ENOUGH = 100  # syllables from which their share says something
_PIECE = 4096  # characters of one text that may be looked at for the beginning of a block
_TRUNCATED = 3  # bytes that a cut page may lack of its last character

_STRING = etree.XPath("string()", smart_strings=False)
_COUNT = etree.XPath("count(//*)")
_IS_DEEP = etree.XPath(f"boolean(/{'/'.join('*' * (MAX_DEPTH + 1))})")
_NO_TEXT = frozenset({"script", "style", "noscript", "template", "iframe"})
_BREAKS = frozenset(
    {
        "br", "p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "dd", "dt", "tr", "td", "th",
        "ul", "ol", "dl", "table", "figure", "figcaption", "section", "article", "blockquote",
    }
)  # fmt: skip
_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\xa0\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
# Soft hyphens, zero-width blanks and joiners, direction marks, and the byte-order mark.
_NOTHING = re.compile(r"[\u00ad\u200b\u200c\u200e\u200f\u2060-\u2065\ufeff]+")
# What those two hold beyond the white space of `str.split`.
_ODD = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e"
    r"\u2060-\u2069\ud800-\udfff\ufeff]"
)
# Characters that may compose with those before them: all but ranges of which none changes in NFC or
# joins what it follows.
_JOINING = (
    r"[^\x00-\u02ff\u2002-\u20cf\u212c-\u2328\u232b-\u2adb\u2e00-\u3029\u3030-\u3098"
    r"\u309b-\ua66e\uac00-\uf8ff\ufe30-\uffff]"
)
# With a range beyond U+FFFF, or with `+` in place of the second class, `re` takes three times as long.
_COMPOSING = re.compile(f"{_JOINING}{_JOINING}*")
_MOST_COMPOSED = 1000  # of them are composed one by one; normalizing all of a text costs as much
_NO_LETTERS = re.compile(r"[\W_]+")
_NO_HANGUL = re.compile(r"[^가-힣]+")


@dataclass(frozen=True, slots=True)
class RejectionCause:
    """Why a page is no article: a closed reason, and the words or figures that show it."""

    reason: Reason
    evidence: str


def reject(page: Page, cause: RejectionCause, url: str | None = None) -> Rejection:
    """Return the record of a rejected page; `url` is its canonical URL if one is known."""
    return Rejection(
        outlet=page.outlet,
        url=url or page.url,
        fetched_at=page.fetched_at,
        reason=cause.reason,
        evidence=cause.evidence[:EVIDENCE_LENGTH],
    )


def decode(page: Page) -> str | RejectionCause:
    """Return the characters of `page`, or why it has none.

    Control characters, which no tree can hold, are removed. The text is composed (NFC, Unicode
    Standard Annex 15): macOS writes Hangul in parts, which no search finds.
    """
    body = _inflated(page.body)
    if isinstance(body, RejectionCause):
        return body
    if not body.strip(b"\x00\t\n\r "):
        return RejectionCause(Reason.EMPTY, f"{len(body)} bytes, none of them a character")
    if len(body) > MAX_BYTES:
        return RejectionCause(Reason.TOO_LARGE, f"{len(body)} bytes, more than {MAX_BYTES}")
    text = _characters(body, _declared(page, body))
    broken = text.count("\ufffd")
    if broken and broken > _BROKEN * (wide := len(text) - len(text.encode("ascii", "ignore"))):
        return RejectionCause(
            Reason.UNREADABLE,
            f"{broken} of {wide} characters beyond ASCII cannot be decoded: {text[:80]}",
        )
    if broken and (hangul := hangul_in(text)) > _ENOUGH:
        familiar = sum(map(text.count, _FAMILIAR))
        if familiar < _LEAST_FAMILIAR * hangul:
            return RejectionCause(
                Reason.UNREADABLE,
                f"only {familiar} of {hangul} syllables are common ones: {text[:80]}",
            )
    return composed(text)


def composed(text: str) -> str:
    """Return a text in NFC.

    Most texts hold a few characters that are not, if any: a name in Hanja, a word in Vietnamese.
    `unicodedata.normalize` would take four bytes for each of the others, and twenty times as long.
    """
    # Most are in NFC throughout, and telling that is cheaper than looking for exceptions.
    if unicodedata.is_normalized("NFC", text):
        return text
    parts: list[str] = []
    end = 0
    for count, match in enumerate(_COMPOSING.finditer(text)):
        if count == _MOST_COMPOSED:
            return unicodedata.normalize("NFC", text)
        start = max(0, match.start() - 1)  # with the character that it may join
        parts += text[end:start], unicodedata.normalize("NFC", text[start : match.end()])
        end = match.end()
    return "".join((*parts, text[end:])) if parts else text


def _inflated(body: bytes) -> bytes | RejectionCause:
    """Undo a gzip coding that the transport left in place, never beyond `MAX_BYTES`."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    inflater = zlib.decompressobj(wbits=31)
    try:
        plain = inflater.decompress(body, MAX_BYTES)
    except zlib.error as error:
        return RejectionCause(Reason.UNREADABLE, f"broken gzip: {error}")
    if not inflater.eof and not inflater.unconsumed_tail:
        return RejectionCause(Reason.UNREADABLE, "gzip that breaks off before its end")
    if inflater.unconsumed_tail:
        return RejectionCause(
            Reason.TOO_LARGE, f"{len(body)} bytes of gzip hold more than {MAX_BYTES}"
        )
    return plain


def _declared(page: Page, body: bytes) -> list[str]:
    """Return the charsets that HTTP and the page name, most trusted first, in Python's spelling."""
    header = _HEADER.search(page.header("Content-Type") or "")
    meta = _META.search(body[:_META_WITHIN])
    labels = (
        header[1] if header else None,
        page.charset,
        meta[1].decode("ascii", "replace") if meta else None,
    )
    return [name for label in labels if label and (name := _codec(label))]


def _codec(name: str) -> str | None:
    """Return Python's codec of a charset's name, or None if it is no known text encoding."""
    name = name.strip().lower()
    if name in _KOREAN:
        return "cp949"
    try:
        name = codecs.lookup(name).name
    except LookupError:
        return None
    if name == "euc_kr":
        return "cp949"
    return name if name.startswith(_TEXT_CODECS) else None


def _characters(body: bytes, declared: list[str]) -> str:
    """Return the characters of a body: by its BOM, as UTF-8, else by the most Korean candidate."""
    if name := next((codec for mark, codec in _BOMS if body.startswith(mark)), None):
        return _clean(body.decode(name, "replace"))
    if name := _utf16_without_mark(body):
        return _clean(body.decode(name, "replace"))
    # In supersets of ASCII no byte of a longer character is a control.
    body = body.translate(None, _CONTROLS)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        # A response that was cut off may end within a character.
        if error.start >= len(body) - _TRUNCATED:
            return body[: error.start].decode("utf-8")
    best, likeness = "", -math.inf
    for name in dict.fromkeys([*declared, "utf-8", "cp949"]):
        # Thousands of replacements are slow: where too few syllables stand in it, none is made.
        if name == "utf-8" and _most_familiar(body) <= likeness:
            continue
        text = body.decode(name, "replace")
        if (found := _likeness(text)) > likeness:
            best, likeness = text, found
    return best


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").translate(None, _CONTROLS).decode("utf-8")


def _utf16_without_mark(body: bytes) -> str | None:
    """Return UTF-16's byte order if every second byte of the beginning is NUL, as in markup."""
    body = body[:400]
    even, odd = body[::2].count(0), body[1::2].count(0)
    least = max(6, len(body) // 16)
    if odd > max(least, 4 * even):
        return "utf-16-le"
    return "utf-16-be" if even > max(least, 4 * odd) else None


def _most_familiar(body: bytes) -> int:
    """Return the number of familiar syllables in UTF-8, which no decoding has more of."""
    return sum(body.count(syllable.encode()) for syllable in _FAMILIAR)


def _likeness(text: str) -> int:
    """Return the number of familiar syllables, less twice that of undecodable bytes."""
    return sum(map(text.count, _FAMILIAR)) - 2 * text.count("\ufffd")


def parse(text: str) -> HtmlElement | RejectionCause:
    """Return the root of the tree of `text` (an HTML page or fragment), or why there is none."""
    body = text.encode("utf-8", "replace")
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    # One class for all elements, chosen in C: lxml.html's look-up runs in Python for each proxy.
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    try:
        check_html(body, elements=_START_TAGS)
        root = document_fromstring(body, parser=parser, ensure_head_body=True)
    except ExcessError as error:
        return RejectionCause(Reason.TOO_LARGE, str(error))
    except (etree.LxmlError, ValueError, AssertionError) as error:
        return RejectionCause(Reason.UNREADABLE, f"no tree can be made of it: {error}")
    if cause := _oversized(root):
        return cause
    for template in root.iter("template"):
        if template.get("shadowrootmode") or template.get("shadowroot"):
            # Browsers render a declarative shadow tree (WHATWG HTML, 4.12.3).
            template.tag = "div"
    return root


def _oversized(root: HtmlElement) -> RejectionCause | None:
    if cast("float", _COUNT(root)) > MAX_ELEMENTS:
        return RejectionCause(Reason.TOO_LARGE, f"more than {MAX_ELEMENTS} elements")
    if _IS_DEEP(root):
        return RejectionCause(Reason.UNREADABLE, f"nested more than {MAX_DEPTH} deep")
    return None


class Elements(NamedTuple):
    """The elements of a page in its order, and those of them with attributes of some kind.

    `named` have an id, a class, an itemprop or a rel, each with its `marks`, and `names` are those;
    `styled` have a style or `hidden`; `timed` an attribute that may state when something happened.
    Holding all elements saves lxml from making an object for each anew in every walk.
    """

    every: tuple[HtmlElement, ...]
    named: tuple[tuple[HtmlElement, str], ...]
    names: frozenset[str]
    styled: tuple[HtmlElement, ...]
    timed: tuple[HtmlElement, ...]

    def called(self, test: Callable[[str], object]) -> Iterator[tuple[HtmlElement, str]]:
        """Yield the named elements whose id and classes pass a test; it is asked once per name."""
        passed = set(filter(test, self.names))
        # Few kinds of marks stand on a page at all, and its items of menus share a name.
        return (pair for pair in self.named if pair[1] in passed) if passed else iter(())


_NAMING = frozenset({"class", "id", "itemprop", "rel"})
_STYLING = frozenset({"hidden", "style"})
_TIMING = frozenset({"data-date-time", "data-modify-date-time", "datetime", "itemprop"})
_REST = _STYLING | _TIMING
_ADDRESS = ["href"]


def elements_of(root: HtmlElement) -> Elements:
    """Return the elements under `root`, gathered once for all rules that ask for attributes."""
    # Not by XPath: libxml2 takes the square of their number to join what it finds by attribute.
    every = tuple(root.iter())
    named: list[tuple[HtmlElement, str]] = []
    styled: list[HtmlElement] = []
    timed: list[HtmlElement] = []
    for node in every:
        keys = node.keys()
        # Most elements are links with an address, and what has no attribute at all.
        if not keys or keys == _ADDRESS:
            continue
        if not _NAMING.isdisjoint(keys):
            named.append((node, _names(node.get("id"), node.get("class"))))
        if _REST.isdisjoint(keys):
            continue
        if not _STYLING.isdisjoint(keys):
            styled.append(node)
        if not _TIMING.isdisjoint(keys):
            timed.append(node)
    names = frozenset(name for _, name in named)
    return Elements(every, tuple(named), names, tuple(styled), tuple(timed))


def squeeze(text: str | None) -> str:
    """Return `text` with each run of white space as one blank, without characters of no width.

    Control characters, direction overrides and lone surrogates count as white space: from entities
    and JSON they would reach terminals and files.
    """
    if not text:
        return ""
    # Nearly all texts have no white space but that which Python splits at, which is much faster.
    if _ODD.search(text):
        text = _SPACES.sub(" ", _NOTHING.sub("", text))
    return " ".join(text.split())


def text_of(element: HtmlElement) -> str:
    """Return the squeezed text of `element` and its descendants, without scripts and styles."""
    if not len(element):
        return squeeze(element.text) if element.tag not in _NO_TEXT else ""
    if next(element.iter(*_NO_TEXT), None) is None:
        return squeeze(cast("str", _STRING(element)))
    parts: list[str] = []
    walker = etree.iterwalk(element, events=("start", "end"))
    for event, node in walker:
        if event == "start" and node.tag in _NO_TEXT:
            walker.skip_subtree()
        elif event == "start":
            parts.append(node.text or "")
        if event == "end" and node is not element:
            parts.append(node.tail or "")
    return squeeze("".join(parts))


def beginning_of(element: HtmlElement, most: int) -> str:
    """Return what `text_of` does, or the beginning of it where that has more than `most` characters.

    Blocks inside one another are asked for their text one after the other: reading no more of it
    than decides bounds the time.
    """
    parts: list[str] = []
    length = 0
    walker = etree.iterwalk(element, events=("start", "end"))
    for event, node in walker:
        if event == "start" and node.tag in _NO_TEXT:
            walker.skip_subtree()
            continue
        text = node.text if event == "start" else node.tail if node is not element else None
        if text:
            parts.append(text[:_PIECE])
            length += len(squeeze(parts[-1]))
            if length > most:
                break
    return squeeze("".join(parts))


def lines_of(element: HtmlElement, without: Collection[HtmlElement] = ()) -> list[str]:
    """Return the lines of `element` that are not empty; `br` and blocks end a line.

    Elements `without` which it is read, and all inside them, give no text.
    """
    parts: list[str] = []
    walker = etree.iterwalk(element, events=("start", "end"))
    for event, node in walker:
        broken = "\n" if node.tag in _BREAKS else ""
        if event == "start" and (node.tag in _NO_TEXT or node in without):
            walker.skip_subtree()
        elif event == "start":
            parts.append(broken + _SPACES.sub(" ", node.text or ""))
        elif node is not element:
            parts.append(broken + _SPACES.sub(" ", node.tail or ""))
    return [line for text in "".join(parts).split("\n") if (line := squeeze(text))]


def elements_at(path: etree.XPath, root: HtmlElement) -> list[HtmlElement]:
    """Return the elements that a compiled path finds under `root`."""
    result = path(root)
    if not isinstance(result, list):
        return []
    return [element for element in result if isinstance(element, HtmlElement)]


def bare(text: str) -> str:
    """Return the letters and digits of a text in lower case, for comparing lines."""
    return _NO_LETTERS.sub("", text).lower()


def hangul_in(text: str) -> int:
    """Return how many syllables of Hangul a text holds."""
    return len(_NO_HANGUL.sub("", text))


def marks(element: HtmlElement) -> str:
    """Return the id and the classes of an element, in lower case."""
    return _names(element.get("id"), element.get("class"))


@lru_cache(maxsize=4096)
def _names(name: str | None, classes: str | None) -> str:
    return f"{name or ''} {classes or ''}".lower()
