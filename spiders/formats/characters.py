"""Repairs characters of feeds and lists: halves of UTF-16 pairs are joined or replaced.

Old Java escapers write an emoji as two numeric references, one for each half of its UTF-16 form;
some titles are cut between them. A half alone is no character: Python's codecs refuse it, and
libxml2 gives bytes that do not decode.
"""

import re
import unicodedata

REPLACEMENT = "\ufffd"
_PAIR = re.compile(
    r"&#(?P<high>\d{5}|x0{0,2}d[89ab][0-9a-f]{2});&#(?P<low>\d{5}|x0{0,2}d[c-f][0-9a-f]{2});",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"&#(?P<number>\d{1,8}|x[0-9a-f]{1,6});", re.IGNORECASE)
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
    return _REFERENCE.sub(_sound, _PAIR.sub(_joined, text))


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
