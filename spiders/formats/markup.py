"""Bytes of strangers to a tree: XML and HTML of feeds, sitemaps and lists, however broken, never obeyed.

Nothing is loaded from elsewhere and no entity is expanded: a document that declares entities is refused (CWE-776,
CWE-611). Packed sitemaps are unpacked up to a limit.
"""

import codecs
import re
import zlib
from dataclasses import dataclass

from lxml import etree, html

from spiders.formats.characters import referenced

MAX_UNPACKED = 64 * 1024 * 1024
"""Bytes. The sitemap protocol allows 50 MB."""

_GZIP = b"\x1f\x8b"
_DECLARED = re.compile(rb"^[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]+)[\"']", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_TEXT = ("utf", "cp", "iso8859", "shift", "euc", "gb", "big5", "koi8", "ascii", "mac", "iso2022")
_WIDE = ("utf-16", "utf-32", "utf_16", "utf_32")
_PROLOGUE = re.compile(r"^\s*<\?xml[^>]*\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE[^<>\[]*>", re.IGNORECASE)
_ROOT = re.compile(r"<[A-Za-z]")
_STRAY_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#[xX][0-9a-fA-F]+);)")
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A document read as far as it goes; `root` is None where nothing could be read, and `problem` says why."""

    root: etree._Element | None
    problem: str | None = None
    whole: bool = True


def unpacked(body: bytes) -> bytes | None:
    """Return `body` without gzip (a `.xml.gz` sitemap), None where it is over the limit or broken from the start."""
    if not body.startswith(_GZIP):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(body, MAX_UNPACKED)
    except zlib.error:
        return None
    return None if unpacker.unconsumed_tail else plain


def xml_tree(body: bytes) -> ParsedDocument:
    """Read XML. HTML, entity declarations and what is no markup at all give a problem and no tree."""
    text = decoded(body, _DECLARED).lstrip("\ufeff \t\r\n")
    root = _ROOT.search(text)
    if root is None:
        return ParsedDocument(None, "no markup: neither a feed nor a sitemap")
    prologue = text[: root.start()]
    if "<!entity" in prologue.lower():
        return ParsedDocument(None, "refused: the document declares entities")
    if (
        text[root.start() : root.start() + 5].lower() == "<html"
        or "<!doctype html" in prologue.lower()
    ):
        return ParsedDocument(None, "HTML where XML was expected")
    text = _DOCTYPE.sub("", _PROLOGUE.sub("", text), count=1)
    return _recovered(_mended(_NOT_XML.sub("", referenced(text))))


def local_name(element: etree._Element) -> str:
    """Return an element's name without namespace, and without a prefix that nobody declared."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def html_tree(body: bytes) -> html.HtmlElement | None:
    """Read HTML in the encoding that it declares or is in; None where there is no markup."""
    text = decoded(body, _META)
    if not _ROOT.search(text):
        return None
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:  # markup without a single element
        return None


def decoded(body: bytes, declaration: re.Pattern[bytes] = _DECLARED) -> str:
    """Return the characters of `body`: as declared if that fits all bytes, else UTF-8, else CP949, else with gaps."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", "replace")
    found = declaration.search(body[:2048])
    name = _codec(found[1].decode()) if found else None
    names = [name] if name else []
    for name in [*names, "utf-8-sig", "cp949"]:
        try:
            return body.decode(name)
        except UnicodeError:
            continue
    return body.decode(names[0] if names else "utf-8", "replace")


def _codec(name: str) -> str | None:
    """Return Python's codec for a declared name, None where it names no encoding of text that bytes like these have.

    EUC-KR is read as CP949, its superset, as browsers do (WHATWG). Python's own codecs (base64, idna, utf-7, …) are no
    encodings of documents.
    """
    try:
        known = codecs.lookup(name).name
    except LookupError:
        return None
    if known in {"euc_kr", "johab", "iso2022_kr"} or "949" in known:
        return "cp949"
    if known.startswith(_WIDE):  # a declaration in ASCII contradicts itself
        return None
    return known if known.startswith(_TEXT) and known != "utf-7" else None


def _mended(text: str) -> str:
    """Escape the ampersands that begin no reference of XML; within CDATA they are text already."""
    first, *rest = text.split("<![CDATA[")
    parts = [_STRAY_AMPERSAND.sub("&amp;", first)]
    for part in rest:
        inside, end, outside = part.partition("]]>")
        parts.append(f"<![CDATA[{inside}{end}{_STRAY_AMPERSAND.sub('&amp;', outside)}")
    return "".join(parts)


def _recovered(text: str) -> ParsedDocument:
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:  # even recovery found no element
        root = None
    if root is None:
        return ParsedDocument(None, "broken XML: nothing could be read", whole=False)
    fatal = [entry for entry in parser.error_log if entry.level == etree.ErrorLevels.FATAL]
    return (
        ParsedDocument(root, "broken XML, read as far as it goes", whole=False)
        if fatal
        else ParsedDocument(root)
    )
