"""The canonical text: what is left when two outlets' ways of setting the same words are taken away.

Any change here changes stored signatures: raise `NORMALISER`, and the golden values of the tests will ask for it too.
"""

import html
import re
import unicodedata
from typing import Final

NORMALISER: Final = 1

_DAMAGED = re.compile(r"&?(?:amp|lt|gt|quot|nbsp|middot|apos|hellip|[lr][sd]quo|[mn]dash|#0?39|#x27);", re.IGNORECASE)
_SILENT = re.compile(r"[^\w\n]+|_+")


def readable(text: str) -> str:
    """Return `text` in NFKC with its entities mended, also doubly escaped ones and those that lost their `&`."""
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if not text.isascii() and not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return _DAMAGED.sub("", text) if ";" in text else text


def body_lines(text: str) -> list[str]:
    """Return the readable lines of a body."""
    return [line for line in readable(text).split("\n") if line and not line.isspace()]


def canonical(line: str) -> str:
    """Return the letters and digits of a readable text in lower case: Korean spacing differs from desk to desk."""
    return _SILENT.sub("", line.lower())
