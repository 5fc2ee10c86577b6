"""JSON that client-rendered pages carry in their scripts: Arc, Next.js (pages and flight data), plain assignments."""

import json
import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from processing.reading import json_ld
from processing.reading.json_ld import Json

MAX_SCRIPT = 4_000_000
_LEAST = 200  # characters below which a script holds no article
_ASSIGNED = re.compile(r"(?:[\w\]\)]\s*=|\.push\(|\bparse\()\s*(?=[{\[])")
_FLIGHT = re.compile(r"self\.__next_f\.push\(")
_ROW = re.compile(r"([0-9a-f]+):(?:T([0-9a-f]+),)?")
_NEXT_ROW = re.compile(r"\n(?=[0-9a-f]+:)")
_REFERENCE = re.compile(r"\$([0-9a-f]+)")
_MOST_VALUES = 60
_DECODER = json.JSONDecoder(strict=False)


def values(root: HtmlElement) -> Iterator[Json]:
    """Yield the JSON values in the scripts of a page, JSON-LD excepted, in the order of the page."""
    flight: list[str] = []
    for script in root.iter("script"):
        text = script.text or ""
        kind = (script.get("type") or "").lower()
        if len(text) < _LEAST or len(text) > MAX_SCRIPT or "ld+json" in kind:
            continue
        if _FLIGHT.search(text[:200]):
            flight.extend(_pushed(text))
        elif "json" in kind:
            yield json_ld.loads(text)
        else:
            yield from _assigned(text)
    yield from _rows("".join(flight))


def _assigned(text: str) -> Iterator[Json]:
    """Yield what a script assigns or pushes, where that is JSON."""
    end = tries = 0
    for match in _ASSIGNED.finditer(text):
        if match.end() < end:
            continue
        tries += 1
        if tries > _MOST_VALUES:
            return
        try:
            value, end = _DECODER.raw_decode(text, match.end())
        except (ValueError, RecursionError):
            continue
        yield value


def _pushed(text: str) -> Iterator[str]:
    """Yield the strings that Next.js's flight protocol pushes: `self.__next_f.push([1,"…"])`."""
    for match in _FLIGHT.finditer(text):
        try:
            value, _ = _DECODER.raw_decode(text, match.end())
        except (ValueError, RecursionError):
            continue
        if isinstance(value, list) and len(value) > 1 and isinstance(value[1], str):
            yield value[1]


def _rows(stream: str) -> Iterator[Json]:
    """Yield the rows of a flight stream; text rows (`24:T14a0,…`, length in bytes) go where `$24` refers to them."""
    texts: dict[str, str] = {}
    models: list[Json] = []
    position = 0
    while position < len(stream):
        match = _ROW.match(stream, position)
        if match is None:
            following = _NEXT_ROW.search(stream, position)
            if following is None:
                break
            position = following.end()
            continue
        position = match.end()
        if match[2]:
            text = stream[position:].encode("utf-8", "replace")[: int(match[2], 16)].decode("utf-8", "ignore")
            texts[match[1]] = text
            position += len(text)
            continue
        try:
            value, position = _DECODER.raw_decode(stream, position)
        except (ValueError, RecursionError):
            continue
        models.append(value)
    for model in models:
        _resolve(model, texts)
    yield from models


def _resolve(value: Json, texts: dict[str, str]) -> None:
    """Put the texts that a model refers to in the place of their references."""
    for found in json_ld.objects(value):
        for key, inner in found.items():
            if isinstance(inner, str) and (match := _REFERENCE.fullmatch(inner)) and match[1] in texts:
                found[key] = texts[match[1]]
