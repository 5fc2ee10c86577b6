"""Number facts by value, so that a wire's `2천300억` and a newspaper's `2,300억` are one fact."""

import re
from functools import lru_cache
from math import isinf
from typing import Final

_RUN = re.compile(
    r"\d[\d,]*(?:\.\d+)?"
    r"(?:\s?[십백천만억조](?:\s?\d[\d,]*(?:\.\d+)?(?=\s?[십백천만억조])|\d[\d,]*)?)*"
)
_PIECE = re.compile(r"(\d[\d,]*(?:\.\d+)?)|([십백천만억조])")
_DIGIT = re.compile(r"[0-9]")
_UNIT = re.compile(r"[십백천만억조]")
_SMALL = {"십": 10, "백": 100, "천": 1_000}
_LARGE = {"만": 10**4, "억": 10**8, "조": 10**12}

_LONGEST: Final = 32  # characters of a number that is remembered


def value(run: str) -> str:
    """Return the value of a number as written: `2천500억` is `250000000000`; decimals stay as they are spelt.

    So does a number that is too large to be one.
    """
    if not _UNIT.search(run):
        plain = run.replace(",", "")
        plain = plain.lstrip("0")
        return plain if plain[:1].isdigit() else f"0{plain}"
    total = section = 0.0
    current: float | None = None
    for digits, unit in _PIECE.findall(run):
        if digits:
            section += current or 0.0
            current = float(digits.replace(",", ""))
        elif unit in _SMALL:
            section += (1.0 if current is None else current) * _SMALL[unit]
            current = None
        else:
            total += ((section + (current or 0.0)) or 1.0) * _LARGE[unit]
            section, current = 0.0, None
    exact = total + section + (current or 0.0)
    if isinf(exact):
        return run.replace(",", "")
    return str(int(exact)) if exact == int(exact) else repr(exact)


def facts(line: str) -> list[str]:
    """Return the number facts of two digits or more in a readable line, sorted and each once."""
    if not _DIGIT.search(line):
        return []
    found = {(_value if len(run) <= _LONGEST else value)(run) for run in _RUN.findall(line)}
    return sorted(fact for fact in found if len(fact.replace(".", "")) > 1)


_value: Final = lru_cache(1 << 14)(value)  # years, dates and round numbers come again and again
