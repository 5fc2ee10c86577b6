"""Parses the bytes of feeds, sitemaps and lists into XML and HTML trees, however broken they are.

Nothing is loaded from elsewhere and no entity is expanded (CWE-776, CWE-611): a document type is
removed before anything is parsed. Compressed sitemaps are unpacked up to a limit. Every repair is
a finding.
"""

import codecs
import re
import zlib
from dataclasses import dataclass
from typing import NamedTuple

from lxml import etree, html

from processing.limits import check_html, check_xml
from processing.records import SourceFault, SourceFinding
from spiders.formats.links import ROOTS
from spiders.formats.repair import referenced, repaired

MAX_UNPACKED = 64 * 1024 * 1024
"""Bytes. The sitemap protocol allows 50 MB."""
MAX_ELEMENTS = 100_000
"""Elements of a listing; a large front page has 10,000."""

_GZIP = b"\x1f\x8b"
_DECLARED = re.compile(
    rb"^[^>]{0,200}?encoding\s{0,9}=\s{0,9}[\"']([A-Za-z0-9_.:-]{1,40})[\"']", re.IGNORECASE
)
_META = re.compile(
    rb"<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE
)
_TEXT = ("utf", "cp", "iso8859", "shift", "euc", "gb", "big5", "koi8", "ascii", "mac", "iso2022")
_WIDE = ("utf-16", "utf-32", "utf_16", "utf_32")
_HEAD = 2048
_CHARACTER = 3
"""Bytes of UTF-8 that may be there of a character that is not whole."""
_START = re.compile(
    rf"<\?xml\s|<!doctype\s|<(?:[a-z][\w.-]{{0,20}}:)?(?:channel|{'|'.join(ROOTS)})[\s>]",
    re.IGNORECASE,
)
"""Where a feed or a sitemap begins."""
_PROLOGUE = re.compile(r"^\s*<\?xml[^>]*\?>")
_DOCTYPE_END = re.compile(r"[\[>]")
_SUBSET_END = re.compile(r"\]\s{0,99}>")
_ENTITY = re.compile(
    r"<!ENTITY\s+(?P<parameter>%\s+)?[^\s%]{1,200}\s+"
    r"(?:(?P<outside>SYSTEM|PUBLIC)|(?P<value>\"[^\"]*\"|'[^']*'))",
    re.IGNORECASE,
)
_HTML = re.compile(r"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_ROOT = re.compile(r"<[A-Za-z]")
_NAME = re.compile(r"<([^\s<>/]{1,40})")
_STRAY_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#[xX][0-9a-fA-F]+);)")
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A document read as far as it goes.

    `root` is None where nothing could be read, and `findings` say why.
    """

    root: etree._Element | None
    findings: tuple[SourceFinding, ...] = ()
    whole: bool = True


class Decoded(NamedTuple):
    """Decoded text, the codec used, and the declared encoding if it is another."""

    text: str
    codec: str
    misdeclared: str | None = None


class Unpacked(NamedTuple):
    """Bytes without gzip.

    `whole` is False where the last member breaks off. None is what cannot be unpacked.
    """

    body: bytes | None
    whole: bool = True


def unpacked(body: bytes) -> Unpacked:
    """Return `body` without gzip (a `.xml.gz` sitemap), of one member or several (RFC 1952 §2.2).

    There is no body where it is over the limit or broken from the start; a member that breaks off
    gives what it has.
    """
    if not body.startswith(_GZIP):
        return Unpacked(body)
    parts: list[bytes] = []
    left, room = body, MAX_UNPACKED
    while left.startswith(_GZIP):
        member = zlib.decompressobj(wbits=31)
        try:
            part = member.decompress(left, room)
        except zlib.error:
            return Unpacked(b"".join(parts) or None, whole=False)
        # more than the limit allows: a bomb, of which nothing is used
        if member.unconsumed_tail or len(part) >= room:
            return Unpacked(None)
        parts.append(part)
        room -= len(part)
        if not member.eof:
            return Unpacked(b"".join(parts), whole=False)
        left = member.unused_data
    return Unpacked(b"".join(parts))


def read_xml(body: bytes, base_url: str = "") -> ParsedDocument:
    """Read XML.

    HTML, hostile entity declarations and what is no markup at all give a finding and no tree.
    """
    decoded_body = read_text(body)
    text = decoded_body.text.lstrip("\ufeff \t\r\n")
    findings = [] if decoded_body.misdeclared is None else [_encoding(decoded_body)]
    start = _START.search(text)
    if start is None or _HTML.search(text, 0, start.end() + len("html")):
        return ParsedDocument(None, (*findings, _no_list(text)))
    if start.start():
        findings.append(_stray(text[: start.start()]))
    text, declared = _without_doctype(text[start.start() :])
    if declared:
        findings.append(declared)
        if declared.fault is SourceFault.REFUSED:
            return ParsedDocument(None, tuple(findings))
    root = _ROOT.search(text)
    if root is None or _HTML.match(text, root.start()):
        return ParsedDocument(None, (*findings, _no_list(text)))
    tree = _parsed(_NOT_XML.sub("", referenced(text[root.start() :])), base_url)
    return ParsedDocument(tree.root, (*findings, *tree.findings), tree.whole)


def html_tree(body: bytes) -> html.HtmlElement | None:
    """Read HTML in the encoding that it declares or is in; None where there is no markup."""
    return html_of(read_html(body).text)


def html_of(text: str) -> html.HtmlElement | None:
    """Read HTML.

    None where there is no markup. Raises ExcessError where it holds more than a list of articles
    can.
    """
    if not _ROOT.search(text):
        return None
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    data = text.encode("utf-8", "replace")
    check_html(data, elements=MAX_ELEMENTS)
    try:
        return html.document_fromstring(data, parser=parser)
    # markup without a single element
    except etree.ParserError:
        return None


def read_html(body: bytes) -> Decoded:
    """Return the characters of an HTML page, in the encoding that it declares or is in."""
    return read_text(body, _META)


def decoded(body: bytes) -> str:
    """Return the characters of a document."""
    return read_text(body).text


def read_text(body: bytes, declaration: re.Pattern[bytes] = _DECLARED) -> Decoded:
    """Return the text of `body`: as declared if all bytes fit, else as UTF-8, else as CP949.

    If none fits, undecodable bytes are replaced.
    """
    wide = _wide(body)
    if wide:
        return Decoded(body.decode(wide, "replace"), wide)
    match = declaration.search(body[:_HEAD])
    stated = match[1].decode() if match else None
    name = _codec(stated) if stated else None
    for codec in (*((name,) if name else ()), "utf-8-sig", "cp949"):
        try:
            text = body.decode(codec)
        except UnicodeDecodeError as error:
            if codec != "utf-8-sig" or error.start < len(body) - _CHARACTER:
                continue
            # the document breaks off inside its last character
            text = body[: error.start].decode(codec)
        except UnicodeError:
            continue
        return Decoded(text, codec, stated if name and codec != name else None)
    codec = name or "utf-8"
    return Decoded(body.decode(codec, "replace"), codec, stated or "UTF-8")


def _wide(body: bytes) -> str | None:
    """Return which UTF-16 these bytes are: as a mark says, or as markup in ASCII shows."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return {b"<\x00": "utf-16-le", b"\x00<": "utf-16-be"}.get(body[:2])


def _codec(name: str) -> str | None:
    """Return Python's codec for a declared encoding; None where it names none that fits.

    EUC-KR is read as CP949, its superset, as browsers do (WHATWG). Python's own codecs (base64,
    idna, utf-7, …) are no encodings of documents.
    """
    try:
        known = codecs.lookup(name).name
    except LookupError:
        return None
    if known in {"euc_kr", "johab", "iso2022_kr"} or "949" in known:
        return "cp949"
    if known == "utf-8":
        return "utf-8-sig"
    # a declaration that can be read as ASCII is not in UTF-16 or UTF-32
    if known.startswith(_WIDE):
        return None
    return known if known.startswith(_TEXT) and known != "utf-7" else None


def _encoding(decoded: Decoded) -> SourceFinding:
    detail = f"declares {decoded.misdeclared} and is {decoded.codec.removesuffix('-sig')}"
    return SourceFinding(fault=SourceFault.ENCODING, detail=detail)


def _stray(text: str) -> SourceFinding:
    shown = " ".join(text.split())[:80]
    return SourceFinding(
        fault=SourceFault.STRAY_TEXT, detail="something stands before the XML", examples=(shown,)
    )


def _no_list(text: str) -> SourceFinding:
    """Return what a document is that is neither a feed nor a sitemap."""
    root = _ROOT.search(text)
    if root is None:
        detail = "no markup: neither a feed nor a sitemap"
    elif _HTML.search(text[:_HEAD]):
        detail = "HTML where XML was expected"
    else:
        name = _NAME.match(text, root.start())
        detail = f"neither a feed nor a sitemap: its root is <{name[1] if name else ''}>"
    return SourceFinding(fault=SourceFault.NOT_A_LIST, detail=detail)


def _without_doctype(text: str) -> tuple[str, SourceFinding | None]:
    """Remove the document type; return the rest, and a finding if it declares entities.

    Entities are never expanded or loaded. One that stands for characters is harmless. One that
    stands for other entities or for a file is an attack, and the finding refuses the document.
    """
    text = _PROLOGUE.sub("", text, count=1)
    root = _ROOT.search(text)
    begins = text[: root.start() if root else len(text)].lower().find("<!doctype")
    if begins < 0:
        return text, None
    mark = _DOCTYPE_END.search(text, begins)
    if mark is None or mark[0] == ">":
        return text[mark.end() if mark else len(text) :], None
    end = _SUBSET_END.search(text, mark.end())
    subset, rest = (
        (text[mark.end() : end.start()], text[end.end() :]) if end else (text[mark.end() :], "")
    )
    return rest, _entities(subset)


def _entities(subset: str) -> SourceFinding | None:
    declared = [entity for entity in _ENTITY.finditer(subset) if not entity["parameter"]]
    if any(entity["outside"] or re.search(r"&\w", entity["value"]) for entity in declared):
        detail = "refused: it declares entities that stand for others or for files"
        return SourceFinding(fault=SourceFault.REFUSED, detail=detail)
    if not declared:
        return None
    return SourceFinding(
        fault=SourceFault.ENTITIES,
        detail=f"entities declared and left as they are: {len(declared)}",
    )


def _mended(text: str) -> str | None:
    """Escape the ampersands that begin no reference of XML; within CDATA they are text already.

    None where a CDATA section begins inside another: the first one's end is missing, and it takes
    in what follows.
    """
    first, *rest = text.split("<![CDATA[")
    parts = [_STRAY_AMPERSAND.sub("&amp;", first)]
    for part in rest:
        inside, end, outside = part.partition("]]>")
        if not end:
            return None
        parts.append(f"<![CDATA[{inside}{end}{_STRAY_AMPERSAND.sub('&amp;', outside)}")
    return "".join(parts)


def _parsed(text: str, base_url: str) -> ParsedDocument:
    """Parse what is well-formed, but for prefixes that nobody declared; repair what is not."""
    well_formed = _mended(text)
    root = _well_formed(well_formed, base_url) if well_formed is not None else None
    if (
        root is not None
        and next(root.iter("{*}item", "{*}entry", "{*}url", "{*}sitemap"), None) is not None
    ):
        return ParsedDocument(root)
    mended = repaired(text)
    if root is not None and (mended.root is None or not len(mended.root)):
        return ParsedDocument(root)
    if mended.root is None:
        return ParsedDocument(None, (_damage("broken XML: nothing could be read"),), whole=False)
    findings = [_damage("broken XML, read as far as it can be trusted")]
    if mended.cut:
        findings = [
            SourceFinding(
                fault=SourceFault.CUT, detail="it breaks off: what is open at its end is left out"
            )
        ]
    return ParsedDocument(mended.root, tuple(findings), whole=not mended.cut)


def _well_formed(text: str, base_url: str) -> etree._Element | None:
    """Return the tree of what is well-formed, but for prefixes that nobody declared.

    None of what is not.
    """
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    data = text.encode("utf-8", "replace")
    check_xml(data)
    try:
        root = etree.fromstring(data, parser, base_url=base_url)
    # not even the recovery found an element
    except etree.XMLSyntaxError:
        return None
    fatal = any(entry.level == etree.ErrorLevels.FATAL for entry in parser.error_log)
    return None if fatal else root


def _damage(detail: str) -> SourceFinding:
    return SourceFinding(fault=SourceFault.DAMAGED, detail=detail)
