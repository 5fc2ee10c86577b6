"""The canonical text: what is left when two outlets' ways of setting the same words are taken away.

Any change here changes stored signatures: raise `NORMALISER`, and the golden values of the tests will ask for it too.
"""

import html
import re
import unicodedata
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

NORMALISER: Final = 1

_DAMAGED = re.compile(r"&?(?:amp|lt|gt|quot|nbsp|middot|apos|hellip|[lr][sd]quo|[mn]dash|#0?39|#x27);", re.IGNORECASE)


def readable(text: str) -> str:
    """Return `text` in NFKC with its entities mended, also doubly escaped ones and those that lost their `&`."""
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if not text.isascii() and not unicodedata.is_normalized("NFKC", text):
        text = "\n".join(map(_composed, text.split("\n")))  # nothing combines across a line break; most lines are fine
    return _DAMAGED.sub("", text) if ";" in text else text


def _composed(line: str) -> str:
    return line if unicodedata.is_normalized("NFKC", line) else unicodedata.normalize("NFKC", line)


@cache
def _said() -> NDArray[np.bool_]:
    """Return for each character of the Basic Multilingual Plane whether it is a letter, a digit or a line break."""
    return np.array([chr(code).isalnum() or code == ord("\n") for code in range(0x10000)])


def canonical(text: str) -> str:
    """Return the letters, digits and line breaks of a readable text in lower case.

    Blanks go, because Korean spacing differs from desk to desk; so do emoji and all else beyond 16 bits.
    """
    codes = np.frombuffer(text.lower().encode("utf-16-le", "surrogatepass"), dtype="<u2")
    kept: bytes = codes.compress(_said().take(codes)).tobytes()
    return kept.decode("utf-16-le")
