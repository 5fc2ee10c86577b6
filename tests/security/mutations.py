"""Damages documents the way broken servers and attackers do, knowing what they are made of.

Half of the documents stay well-formed: their parts are moved, repeated, nested, and filled with values that hurt. The
other half is cut and flipped byte by byte as well. The same number gives the same document on every machine.
"""

import gzip
import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

WORDS = [
    "", " ", "\x00", "\x1b[31m", "\u202e", "\ud83d", "&#55357;", "&#x110000;", "&amp;amp;lt;", "]]>", "<![CDATA[", "<!--", "-->",
    "가" * 3000, "/amp" * 500, "9" * 5000, "-1", "1e400", "NaN", "0x7fffffffffffffff", "9999-99-99", "0001-01-01T00:00:00+23:59",
    "Sun, 06 Nov 99999999 08:49:37 GMT", "http://[", "http://x:y@a.kr/news/1", "//[::1", "javascript:alert(1)", "http://a:99999999/news/3",
    "https://xn--0000000/", "data:,x", "%00%ff%%", "../../etc/passwd", "text/html; charset=base64", "utf-7", "idna", "*" * 400, "=1+1", "＝1",
]  # fmt: skip
"""Values that some parser once took badly, or that the next one may."""
JSON_VALUES: list[Any] = [
    None,
    True,
    -1,
    2**63,
    10**400,
    1e308,
    "",
    [],
    {},
    [[]],
    "\ud800",
    *WORDS[:6],
]
_MARKUP = re.compile(r"<!\[CDATA\[.*?\]\]>|<!--.*?-->|<[^<>]*>|[^<]+|<", re.DOTALL)
_ATTRIBUTE = re.compile(r"(?<==)\"[^\"]*\"|(?<==)'[^']*'")
_CODECS = ("utf-8", "utf-8", "utf-8", "cp949", "utf-16", "utf-8-sig", "latin-1")

Mutation = Callable[[bytes, random.Random], bytes]


def mutated(seeds: Sequence[bytes], mutation: Mutation, number: int) -> bytes:
    """Return damaged document `number` of these seeds: every second one is damaged in its structure only."""
    chance = random.Random(number)  # noqa: S311 - no secret
    seed = seeds[number // 2 % len(seeds)]
    packed = seed.startswith(b"\x1f\x8b") and mutation is not binary
    document = mutation(gzip.decompress(seed) if packed else seed, chance)
    if number % 2:
        document = binary(document, chance)
    return gzip.compress(document, 1, mtime=0) if packed else document


def markup(seed: bytes, chance: random.Random) -> bytes:
    """Move, repeat, nest and fill the tags and texts of HTML or XML."""
    parts = _MARKUP.findall(seed.decode("utf-8", "replace"))
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(parts))
        match chance.randrange(8):
            case 0:
                parts[place:place] = parts[place : place + chance.randint(1, 12)] * chance.randint(
                    1, 20
                )
            case 1:
                del parts[place : place + chance.randint(1, 3)]
                parts = parts or [""]
            case 2:
                other = chance.randrange(len(parts))
                parts[place], parts[other] = parts[other], parts[place]
            case 3 | 4:
                texts = [at for at, part in enumerate(parts) if not part.startswith("<")]
                parts[chance.choice(texts) if texts else place] = chance.choice(WORDS)
            case 5 | 6:
                value = chance.choice(WORDS).replace('"', "")
                parts[place] = _ATTRIBUTE.sub(lambda _: f'"{value}"', parts[place], count=1)  # noqa: B023 - called at once
            case _:
                depth = chance.randint(1, 600)
                parts[place:place] = ["<b>"] * depth
    return "".join(parts).encode(chance.choice(_CODECS), "replace")


def structured(seed: bytes, chance: random.Random) -> bytes:
    """Change values, kinds, names and depth of JSON; of several lines one is changed."""
    lines = seed.split(b"\n")
    place = chance.randrange(len(lines))
    try:
        value = json.loads(lines[place] if len(lines) > 1 else seed)
    except ValueError:
        return words(seed, chance)
    for _ in range(chance.randint(1, 3)):
        value = _changed(value, chance)
    written = json.dumps(value, ensure_ascii=chance.random() < 0.5)
    if chance.randrange(12) == 0:
        written = written.replace("{", '{"deep":' + "[" * 3000 + "]" * 3000 + ",", 1)
    lines[place if len(lines) > 1 else 0 : place + 1 if len(lines) > 1 else None] = [
        written.encode("utf-8", "surrogatepass")
    ]
    return b"\n".join(lines)


def _changed(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict) and value and chance.randrange(5):
        key = chance.choice(list(value))
        if chance.randrange(6) == 0:
            return {name: inner for name, inner in value.items() if name != key}
        if chance.randrange(8) == 0:
            return {**value, chance.choice(WORDS)[:50]: 1}
        return {**value, key: _changed(value[key], chance)}
    if isinstance(value, list) and value and chance.randrange(5):
        place = chance.randrange(len(value))
        return [
            *value[:place],
            _changed(value[place], chance),
            *value[place + chance.randint(0, 1) :],
        ]
    return chance.choice(JSON_VALUES)


def words(seed: bytes, chance: random.Random) -> bytes:
    """Change what stands between blanks, colons and line ends: robots.txt, headers, dates, addresses."""
    parts = re.split(r"([\s:;,=/?&]+)", seed.decode("utf-8", "replace"))
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(parts))
        match chance.randrange(4):
            case 0:
                parts[place:place] = parts[place : place + 6] * chance.randint(1, 40)
            case 1:
                del parts[place : place + 2]
                parts = parts or [""]
            case _:
                parts[place] = chance.choice(WORDS)
    return "".join(parts).encode("utf-8", "replace")


def binary(seed: bytes, chance: random.Random) -> bytes:
    """Cut, flip, repeat and insert bytes."""
    body = bytearray(seed)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(body) + 1)
        match chance.randrange(5):
            case 0:
                del body[place:]
            case 1 if body:
                body[min(place, len(body) - 1)] ^= 1 << chance.randrange(8)
            case 2:
                body[place:place] = body[place : place + 64] * chance.randint(1, 8)
            case 3:
                del body[place : place + chance.randint(1, 100)]
            case _:
                body[place:place] = chance.choice(WORDS).encode("utf-8", "surrogatepass")[:200]
    return bytes(body)
