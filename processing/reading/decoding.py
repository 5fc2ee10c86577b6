"""Bytes become characters: what the page declares, checked against what it is.

Korean pages lie about their charset in three ways: CP949 declared as euc-kr or ks_c_5601 (the larger set has 8,822 more
syllables), UTF-8 declared as EUC-KR after a move, and EUC-KR declared as UTF-8. So a declaration is a candidate, not
an order. Labels are those of the WHATWG Encoding Standard.
"""

import codecs
import re
import zlib

from processing.reading.rejections import Finding
from processing.records import Page, Reason

MAX_BYTES = 12_000_000
"""Largest page that is read, with a content coding undone; the largest of the kept pages has 0.4 MB."""

_KOREAN = frozenset({"euc-kr", "euckr", "ks_c_5601-1987", "ks_c_5601", "ksc5601", "ksc_5601", "korean", "windows-949"})
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\r"))
_FAMILIAR = "이다는의에을가고"
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_BROKEN = 0.2  # share of undecodable characters from which a page is no text
_ENOUGH, _LEAST_FAMILIAR = 100, 0.04  # one syllable in five of running Korean is one of the familiar ones
_TRUNCATED = 3  # bytes that a cut page may lack of its last character


def decode(page: Page) -> str | Finding:
    """Return the characters of `page` without those that no tree can hold, or why there are none."""
    body = _inflated(page.body)
    if isinstance(body, Finding):
        return body
    if not body.strip(b"\x00\t\n\r "):
        return Finding(Reason.EMPTY, f"{len(body)} bytes, none of them a character")
    if len(body) > MAX_BYTES:
        return Finding(Reason.TOO_LARGE, f"{len(body)} bytes, more than {MAX_BYTES}")
    text = _characters(body, _declared(page, body))
    broken = text.count("\ufffd")
    if broken and broken > _BROKEN * (wide := len(text) - len(text.encode("ascii", "ignore"))):
        return Finding(Reason.UNREADABLE, f"{broken} of {wide} characters beyond ASCII cannot be decoded: {text[:80]}")
    if broken and (hangul := sum("가" <= letter <= "힣" for letter in text)) > _ENOUGH:
        familiar = sum(map(text.count, _FAMILIAR))
        if familiar < _LEAST_FAMILIAR * hangul:
            return Finding(Reason.UNREADABLE, f"only {familiar} of {hangul} syllables are common ones: {text[:80]}")
    return text


def _inflated(body: bytes) -> bytes | Finding:
    """Undo a gzip coding that the transport left in place, never beyond `MAX_BYTES`."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    inflater = zlib.decompressobj(wbits=31)
    try:
        plain = inflater.decompress(body, MAX_BYTES)
    except zlib.error as error:
        return Finding(Reason.UNREADABLE, f"broken gzip: {error}")
    if inflater.unconsumed_tail:
        return Finding(Reason.TOO_LARGE, f"{len(body)} bytes of gzip hold more than {MAX_BYTES}")
    return plain


def _declared(page: Page, body: bytes) -> list[str]:
    """Return the charsets that HTTP and the page name, most trusted first, in Python's spelling."""
    found = _HEADER.search(page.header("Content-Type") or "")
    meta = _META.search(body[:8192])
    labels = (found[1] if found else None, page.charset, meta[1].decode("ascii", "replace") if meta else None)
    return [name for label in labels if label and (name := _codec(label))]


def _codec(label: str) -> str | None:
    """Return Python's codec of a charset label, or None where it names no text encoding we know."""
    label = label.strip().lower()
    if label in _KOREAN:
        return "cp949"
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    return "cp949" if name == "euc_kr" else name if _is_text(name) else None


def _is_text(name: str) -> bool:
    return name.startswith(("utf", "cp", "iso8859", "iso2022", "shift", "gb", "big5", "euc", "johab", "ascii", "koi8"))


def _characters(body: bytes, declared: list[str]) -> str:
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _clean(body[len(mark) :].decode(name, "replace"))
    if wide := _utf16_without_mark(body):
        return _clean(body.decode(wide, "replace"))
    body = body.translate(None, _CONTROLS)  # in ASCII supersets no byte of a longer character is a control
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(body) - _TRUNCATED:
            return body[: error.start].decode("utf-8")
    names = dict.fromkeys([*declared, "utf-8", "cp949"])
    return max((body.decode(name, "replace") for name in names), key=_likeness)


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").translate(None, _CONTROLS).decode("utf-8")


def _utf16_without_mark(body: bytes) -> str | None:
    """Name UTF-16 where every second byte of the beginning is NUL, as in ASCII markup."""
    sample = body[:400]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    least = max(6, len(sample) // 16)
    return "utf-16-le" if odd > max(least, 4 * even) else "utf-16-be" if even > max(least, 4 * odd) else None


def _likeness(text: str) -> int:
    """Return how much `text` looks like Korean: familiar syllables for it, undecodable bytes against it."""
    return sum(map(text.count, _FAMILIAR)) - 2 * text.count("\ufffd")
