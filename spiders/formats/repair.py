"""Repairs ill-formed feeds and sitemaps: builds a tree of what can be trusted in them.

libxml2's own recovery closes what is open in its own way: `<link>` without an end takes the
elements after it into the address, and a document that breaks off inside an address gives half of
it. This scanner knows the few elements that feeds and sitemaps are made of and takes everything
else for text. An element that ends nowhere ends where the next known one begins; what the end of
the document cut off is left out. Linear in the length of the text.

Characters are repaired for all formats. Old Java escapers write an emoji as two numeric references,
one for each half of its UTF-16 form; some titles are cut between them. A half alone is no
character: Python's codecs refuse it, and libxml2 gives bytes that do not decode.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from lxml import etree

from spiders.formats.links import CONTAINERS, ENTRIES, FIELDS, ROOTS, STRUCTURE, is_foreign

REPLACEMENT = "\ufffd"
_PAIR = re.compile(
    r"&#(?P<high>\d{5}|x0{0,2}d[89ab][0-9a-f]{2});&#(?P<low>\d{5}|x0{0,2}d[c-f][0-9a-f]{2});",
    re.IGNORECASE,
)
_CHARACTER_REFERENCE = re.compile(r"&#(?P<number>\d{1,8}|x[0-9a-f]{1,6});", re.IGNORECASE)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SURROGATES = range(0xD800, 0xE000)
_LAST = 0x10FFFF
_BLANK = 32
_CONTROLS = (9, 10, 13)
"""The controls that XML allows (XML 1.0 §2.2)."""


def referenced(text: str) -> str:
    """Return `text` with references to halves of a character joined, or replaced where alone."""
    if "&#" not in text:
        return text
    return _CHARACTER_REFERENCE.sub(_sound, _PAIR.sub(_joined, text))


def composed(text: str) -> str:
    """Return `text` in NFC (Unicode UAX #15) and without halves of characters."""
    # macOS writes Hangul decomposed; JSON may hold lone surrogates
    return unicodedata.normalize("NFC", whole(text))


def whole(text: str) -> str:
    """Return `text` with adjacent halves of a character joined, and single ones replaced."""
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _number(written: str) -> int:
    return int(written[1:], 16) if written[0] in "xX" else int(written)


def _joined(match: re.Match[str]) -> str:
    high, low = _number(match["high"]), _number(match["low"])
    if not (0xD800 <= high < 0xDC00 <= low < 0xE000):  # noqa: PLR2004 - UTF-16 (Unicode 3.9)
        return match[0]
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


def _sound(match: re.Match[str]) -> str:
    number = _number(match["number"])
    # the last two code points of each plane are no characters (Unicode 23.7)
    is_last_two = number & 0xFFFE == 0xFFFE  # noqa: PLR2004 - their bits
    if number in _SURROGATES or number > _LAST or is_last_two:
        return REPLACEMENT
    return match[0] if number >= _BLANK or number in _CONTROLS else ""


_KNOWN = FIELDS | CONTAINERS | ENTRIES | STRUCTURE

XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_COMMENT, _COMMENT_END = "<!--", "-->"
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[A-Za-z][\w.:-]{0,60}+)"
    r"(?P<attributes>(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+(?=>)|[^<>]*+)>"
)
_ATTRIBUTE = re.compile(
    r"(?P<name>[\w:.-]{1,60}+)\s*+=\s*+"
    r"(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|(?P<bare>[^\s\"'<>]++))"
)
_REFERENCE = re.compile(
    r"&(?:(?P<name>amp|lt|gt|quot|apos)|#(?P<number>\d{1,7})|#[xX](?P<hex>[0-9a-fA-F]{1,6}));"
)
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ROOT_OF = {
    "channel": "rss",
    "item": "rss",
    "entry": "feed",
    "url": "urlset",
    "sitemap": "sitemapindex",
}
_ENTRIES_OF = {
    "urlset": frozenset({"url", "sitemap"}),
    "sitemapindex": frozenset({"url", "sitemap"}),
    "rss": frozenset({"item", "entry"}),
    "RDF": frozenset({"item"}),
    "feed": frozenset({"entry", "item"}),
}
"""What the entries of each root are called: the `url` of a feed is that of its picture."""
_DEEPEST = 3
"""How deep containers are looked into; beyond it their elements are nobody's."""
_ADDRESSES = frozenset({"link", "loc", "origlink"})
_PERMANENT = frozenset({"guid", "id"})


class Repaired(NamedTuple):
    """A tree of the entries, and whether the document broke off before its end.

    `root` is None where there is none.
    """

    root: etree._Element | None
    cut: bool


class _Token(NamedTuple):
    name: str
    local: str
    close: bool
    attributes: str
    start: int
    end: int


def repaired(text: str) -> Repaired:
    """Return the entries of an ill-formed feed or sitemap as a tree without namespaces."""
    tokens = list(_tokens(text))
    first = next(
        (token.local for token in tokens if token.local in STRUCTURE or token.local in ENTRIES),
        None,
    )
    if first is None:
        return Repaired(None, cut=True)
    root = etree.Element(ROOTS[first] if first in ROOTS else _ROOT_OF[first])
    names = _ENTRIES_OF[str(root.tag)]
    tokens = [token for token in tokens if token.local not in ENTRIES or token.local in names]
    opened = [
        index for index, token in enumerate(tokens) if token.local in names and not token.close
    ]
    _set_base(root, tokens[: opened[0]] if opened else tokens)
    for index in opened:
        _add_entry(root, text, tokens, index)
    last = next(
        (token for token in reversed(tokens) if token.local in STRUCTURE or token.local in names),
        None,
    )
    return Repaired(root, cut=last is None or not last.close or last.local in names)


def _tokens(text: str) -> Iterator[_Token]:
    """Yield the tags of known elements outside CDATA sections and comments."""
    at, closes = 0, {_CDATA: True, _COMMENT: True}
    while (at := text.find("<", at)) >= 0:
        section = (
            _CDATA
            if text.startswith(_CDATA, at)
            else _COMMENT
            if text.startswith(_COMMENT, at)
            else ""
        )
        if section:
            end = _section_end(text, at, section) if closes[section] else -1
            closes[section] = end != -1
            at = end if end > 0 else at + len(section)
            continue
        match = _TAG.match(text, at)
        token = _known(match) if match else None
        if token:
            yield token
        at = token.end if token else at + 1


def _section_end(text: str, at: int, section: str) -> int:
    """Return where a CDATA section or comment ends.

    0 where another begins before, -1 where none ends any more.
    """
    mark = _CDATA_END if section == _CDATA else _COMMENT_END
    end = text.find(mark, at + len(section))
    if end < 0:
        return -1
    return 0 if text.find(section, at + len(section), end) >= 0 else end + len(mark)


def _known(match: re.Match[str]) -> _Token | None:
    name = match["name"].lower()
    prefix, _, local = name.rpartition(":")
    if local not in _KNOWN or (prefix and is_foreign(prefix)):
        return None
    return _Token(
        name, local, bool(match["close"]), match["attributes"], match.start(), match.end()
    )


def _add_entry(root: etree._Element, text: str, tokens: list[_Token], place: int) -> None:
    """Append the entry that opens at `tokens[place]`.

    What the end of the document cut off of it stays out.
    """
    end = place + 1
    while (
        end < len(tokens)
        and tokens[end].local not in ENTRIES
        and tokens[end].local not in STRUCTURE
    ):
        end += 1
    entry = etree.SubElement(root, tokens[place].local)
    _set_base(entry, tokens[place : place + 1])
    whole = end < len(tokens)
    _add_fields(entry, text, tokens[place + 1 : end], tokens[end].start if whole else None)
    if not whole and not any(child.tag in _ADDRESSES for child in entry):
        root.remove(entry)


def _add_fields(
    parent: etree._Element, text: str, tokens: list[_Token], end: int | None, depth: int = 0
) -> None:
    """Append the fields among `tokens` to their entry, which ends at `end`.

    None where the document ends first.
    """
    closing, index = _closing_tags(tokens), 0
    while index < len(tokens):
        token, following = tokens[index], index + 1
        if token.close:
            index = following
            continue
        ends = closing.get(token.name, [])
        later = bisect_right(ends, index)
        empty = token.attributes.endswith("/")
        close = ends[later] if later < len(ends) and not empty else None
        if close is not None and token.local in CONTAINERS:
            if depth < _DEEPEST:
                container, inner = etree.SubElement(parent, token.local), tokens[following:close]
                _add_fields(container, text, inner, tokens[close].start, depth + 1)
        elif close is not None:
            _add(parent, text, token, tokens[close].start)
        else:
            stop = tokens[following].start if following < len(tokens) else end
            stop = token.end if stop is None and empty else stop
            # after a permanent id, a `link`, which is better, may have been cut off
            cut = end is None and token.local in _PERMANENT
            if token.local in CONTAINERS and end is None and not empty:
                # what follows may belong to this container
                return
            if stop is not None and token.local not in CONTAINERS and not cut:
                _add(parent, text, token, stop)
        index = following if close is None else close + 1


def _closing_tags(tokens: list[_Token]) -> dict[str, list[int]]:
    """Return the indexes of the closing tags by name."""
    closing: dict[str, list[int]] = {}
    for index, token in enumerate(tokens):
        if token.close:
            closing.setdefault(token.name, []).append(index)
    return closing


def _add(parent: etree._Element, text: str, token: _Token, end: int) -> None:
    child = etree.SubElement(parent, token.local)
    for name, value in _attributes(token.attributes).items():
        # What is no name of XML is left out, with its value.
        with suppress(ValueError):
            child.set(name, value)
    child.text = _plain(text[token.end : end])


def _attributes(written: str) -> Mapping[str, str]:
    """Return the attributes of a tag by their local names in lower case.

    Of two with one name the first.
    """
    attributes: dict[str, str] = {}
    for attribute in _ATTRIBUTE.finditer(written):
        value = attribute["double"] or attribute["single"] or attribute["bare"] or ""
        attributes.setdefault(attribute["name"].lower().rpartition(":")[2], _plain(value))
    return attributes


def _plain(raw: str) -> str:
    """Return text with CDATA unwrapped and XML references resolved; other markup stays."""
    parts = []
    for index, part in enumerate(raw.split(_CDATA)):
        inside, end, outside = part.partition(_CDATA_END) if index else ("", "", part)
        parts.append(inside + (_undone(outside) if end or not index else ""))
    return _NOT_XML.sub("", "".join(parts)).strip()


def _undone(text: str) -> str:
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    if match["name"]:
        return _NAMED[match["name"]]
    number = int(match["number"]) if match["number"] else int(match["hex"], 16)
    return chr(number) if number <= 0x10FFFF else "\ufffd"  # noqa: PLR2004 - Unicode's last


def _set_base(element: etree._Element, tokens: list[_Token]) -> None:
    """Give `element` the innermost base address that these tags declare."""
    stated = [
        _attributes(token.attributes).get("base") for token in tokens if "base" in token.attributes
    ]
    if base := next((base for base in reversed(stated) if base), None):
        element.set(XML_BASE, base)
