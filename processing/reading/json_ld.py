"""JSON in a page's scripts, read as far as it goes: templates leave comments, raw line ends and open tags in it."""

import json
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

Json: TypeAlias = Any  # what json.loads gives: the shape is the outlet's and is checked where it is used

MAX_DEPTH = 60
_STRING = r'("(?:[^"\\\n]|\\.)*+"?)'  # an open one ends with its line, so that no quote is tried again from the next
_COMMENT = re.compile(_STRING + r'|/\*.*?(?:\*/|\Z)|(?<![:\w"])//[^\n]*', re.DOTALL)
_TRAILING_COMMA = re.compile(_STRING + r"|,(?=\s*[}\]])")
_WRAPPER = re.compile(r"^\s*(?://)?\s*(?:<!--|<!\[CDATA\[)")
_DECODER = json.JSONDecoder(strict=False)


def loads(text: str) -> Json | None:
    """Return the first JSON value in `text`, or None where there is none that can be read."""
    plain = _WRAPPER.sub("", text).lstrip("\ufeff \t\r\n;")
    for mend in (str, _repaired):
        try:
            value, _ = _DECODER.raw_decode(mend(plain).lstrip())
        except (ValueError, RecursionError):
            continue
        return value
    return None


def _repaired(text: str) -> str:
    """Take out comments and commas before a closing bracket; strings stay as they are."""
    return _TRAILING_COMMA.sub(r"\1", _COMMENT.sub(r"\1", text[:1_000_000]))


def objects(value: Json, depth: int = 0) -> Iterator[dict[str, Json]]:
    """Yield every object in `value`, outer before inner, in the order of the page."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from objects(inner, depth + 1)


def is_a(found: dict[str, Json], *names: str) -> bool:
    """Say whether a JSON-LD object is of one of these schema.org types."""
    kinds = found.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and kind.rpartition("/")[2] in names for kind in listed)


def text(value: Json) -> str | None:
    """Return a string of JSON, the name of an object, or the first of a list; None for anything else or empty."""
    for _ in range(3):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get("name") or value.get("@value") or value.get("url")
    return value.strip() or None if isinstance(value, str) else None
