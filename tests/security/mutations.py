"""Damages documents the way broken servers and attackers do, knowing what they are made of.

Most documents stay well-formed: values change within their kind, or parts are moved, repeated, nested, and filled with
values that hurt. Every eighth is cut and flipped byte by byte as well. The same number gives the same document on every
machine.
"""

import gzip
import io
import json
import random
import re
import zlib
from collections.abc import Sequence
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

WORDS = [
    "", " ", "\x00", "\x1b[31m", "\u202e", "\ud83d", "&#55357;", "&#x110000;", "&amp;amp;lt;", "]]>", "<![CDATA[", "<!--", "-->",
    "가" * 3000, "/amp" * 500, "9" * 5000, "-1", "1e400", "NaN", "0x7fffffffffffffff", "9999-99-99", "0001-01-01T00:00:00+23:59",
    "Sun, 06 Nov 99999999 08:49:37 GMT", "http://[", "http://x:y@a.kr/news/1", "//[::1", "javascript:alert(1)", "http://a:99999999/news/3",
    "Sun, 27 Sep 2026 19:03:20 K\u017fT", "27 \u017fep 2026 19:03", "\u00b2\u00b2\u00b2\u00b2-0\u0663-01", "https://xn--0000000/", "data:,x", "%00%ff%%", "../../etc/passwd", "text/html; charset=base64", "utf-7", "idna", "*" * 400, "=1+1", "＝1",
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
LOOKALIKES = {
    "s": "\u017f",
    "S": "\u017f",
    "k": "\u212a",
    "K": "\u212a",
    "i": "\u0131",
    "I": "\u0130",
}
"""Letters that equal an ASCII letter without regard to case, or become one or two in the other case."""
_MARKUP = re.compile(r"<!\[CDATA\[.*?\]\]>|<!--.*?-->|<[^<>]*>|[^<]+|<", re.DOTALL)
_ATTRIBUTE = re.compile(r"(?<==)\"[^\"]*\"|(?<==)'[^']*'")
_CODECS = ("utf-8", "utf-8", "utf-8", "cp949", "utf-16", "utf-8-sig", "latin-1")

GENTLE, WHOLE = 5, 7
"""Of eight documents five change values within their kind, two more in any way, and the last is cut as well."""


class Mutation(Protocol):
    """Damages a document; `gentle` keeps the kind of what it changes, so that most parsers go on."""

    def __call__(self, seed: bytes, chance: random.Random, *, gentle: bool) -> bytes: ...


def mutated(seeds: Sequence[bytes], mutation: Mutation, number: int) -> bytes:
    """Return damaged document `number` of these seeds; the same number gives the same document."""
    chance = random.Random(number)  # noqa: S311 - no secret
    seed = seeds[number // 8 % len(seeds)]
    packed = seed.startswith(b"\x1f\x8b") and mutation is not compressed
    plain = gzip.decompress(seed) if packed else seed
    document = mutation(plain, chance, gentle=number % 8 < GENTLE)
    # The names in JSON are letters, too: without them nothing else would be read.
    if mutation in {markup, words} and number % 3 == 0:
        document = lookalikes(document, chance)
    if number % 8 >= WHOLE:
        document = binary(document, chance)
    return gzip.compress(document, 1, mtime=0) if packed else document


def lookalikes(seed: bytes, chance: random.Random) -> bytes:
    """Replace some letters by such as patterns without regard to case take for them."""
    letters = list(seed.decode("utf-8", "surrogateescape"))
    places = [place for place, letter in enumerate(letters) if letter in LOOKALIKES]
    for place in chance.sample(places, min(len(places), chance.choice((1, 8, 64)))):
        letters[place] = LOOKALIKES[letters[place]]
    return "".join(letters).encode("utf-8", "surrogateescape")


def markup(seed: bytes, chance: random.Random, *, gentle: bool) -> bytes:
    """Move, repeat, nest and fill the tags and texts of HTML or XML; gently, change texts only."""
    parts = _MARKUP.findall(seed.decode("utf-8", "replace"))
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(parts))
        match chance.choice((3, 4, 5, 6)) if gentle else chance.randrange(8):
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
    return "".join(parts).encode("utf-8" if gentle else chance.choice(_CODECS), "replace")


def structured(seed: bytes, chance: random.Random, *, gentle: bool) -> bytes:
    """Change values, kinds, names and depth of JSON; of several lines one is changed."""
    lines = seed.split(b"\n")
    objects = [at for at, line in enumerate(lines) if line.startswith(b"{")]
    place = chance.choice(objects) if gentle and objects else chance.randrange(len(lines))
    try:
        value = json.loads(lines[place] if len(lines) > 1 else seed)
    except ValueError:
        return words(seed, chance, gentle=gentle)
    for _ in range(1 if gentle else chance.randint(1, 3)):
        value = _altered(value, chance) if gentle else _changed(value, chance)
    written = json.dumps(value, ensure_ascii=chance.random() < 0.5)
    if not gentle and chance.randrange(12) == 0:
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


def _altered(value: Any, chance: random.Random) -> Any:
    """Change one value within its kind: letters to letters, digits to digits, items repeated."""
    match value:
        case dict() if value:
            key = chance.choice(list(value))
            return {**value, key: _altered(value[key], chance)}
        case list() if value:
            place = chance.randrange(len(value))
            altered = _altered(value[place], chance)
            return [*value[:place], altered, *value[place + chance.randint(0, 1) :]]
        case bool():
            return not value
        case int():
            return chance.choice((0, 1, value + 1, value * 2, 2**31))
        # A log row stands as text in a line of a snapshot.
        case str() if value.startswith("{"):
            return json.dumps(_altered(json.loads(value), chance))
    return _respelt(value, chance) if isinstance(value, str) else value


def _respelt(text: str, chance: random.Random) -> str:
    """Change a few letters and digits of a text to others of their kind."""
    signs = list(text)
    places = [at for at, sign in enumerate(signs) if sign.isalnum()]
    for place in chance.sample(places, min(len(places), chance.randint(1, 2))):
        sign = signs[place]
        if sign in "0123456789":
            # Low ones: most days, hours and months stay some.
            signs[place] = chance.choice("012")
        elif sign in "abcdef":
            signs[place] = chance.choice("abcdef")
        elif "가" <= sign <= "힣":
            signs[place] = chr(chance.randrange(ord("가"), ord("힣")))
        else:
            signs[place] = chance.choice("ghijklmnopqrstuvwxyz")
    return "".join(signs)


def words(seed: bytes, chance: random.Random, *, gentle: bool) -> bytes:
    """Change what stands between blanks, colons and line ends: robots.txt, headers, dates, addresses."""
    parts = re.split(r"([\s:;,=/?&]+)", seed.decode("utf-8", "replace"))
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(parts))
        match 3 if gentle else chance.randrange(3):
            case 0:
                parts[place:place] = parts[place : place + 6] * chance.randint(1, 40)
            case 1:
                del parts[place : place + 2]
                parts = parts or [""]
            case 2:
                parts[place] = chance.choice(WORDS)
            case _:
                parts[place] = _respelt(parts[place], chance)
    return "".join(parts).encode("utf-8", "replace")


def values(seed: bytes, chance: random.Random, *, gentle: bool) -> bytes:
    """Change the JSON at the end of one line of an index of pages, or its moment; else as `words`."""
    if not gentle:
        return words(seed, chance, gentle=False)
    lines = seed.split(b"\n")
    place = chance.choice([at for at, line in enumerate(lines) if line.count(b" ") > 1])
    key, moment, fields = lines[place].split(b" ", 2)
    changed = structured(fields, chance, gentle=True)
    lines[place] = b" ".join((key, moment, changed))
    return b"\n".join(lines)


def numbers(seed: bytes, chance: random.Random, *, gentle: bool) -> bytes:
    """Change digits alone, where most words have to be just these: moments, records of a WARC."""
    if not gentle:
        return words(seed, chance, gentle=False)
    body = bytearray(seed)
    digits = [at for at, byte in enumerate(body) if byte in b"123456789"]
    for place in chance.sample(digits, min(len(digits), chance.randint(1, 2))):
        body[place] = chance.choice(b"123")
    return bytes(body)


def compressed(seed: bytes, chance: random.Random, *, gentle: bool) -> bytes:
    """Change what is packed and pack it anew, in other ways: levels, members, a name, zlib."""
    text = markup(zlib.decompress(seed, zlib.MAX_WBITS | 32), chance, gentle=gentle)
    level = chance.randint(0, 9)
    if not seed.startswith(b"\x1f\x8b"):
        return zlib.compress(text, level)
    cut = chance.randrange(len(text) + 1)
    members = (text[:cut], text[cut:]) if chance.randrange(2) else (text,)
    return b"".join(gzip.compress(part, level, mtime=chance.randrange(2**31)) for part in members)


def parquet(seed: bytes, chance: random.Random, *, gentle: bool) -> bytes:
    """Write a Parquet file anew: other values, nulls, kinds, names, codecs, pages and row groups."""
    table = pq.read_table(io.BytesIO(seed))
    columns = {name: table.column(name).to_pylist() for name in table.column_names}
    for values_ in columns.values():
        for _ in range(chance.randint(1, 5)):
            odd = _respelt(str(values_[0]), chance) if gentle else chance.choice(WORDS)
            values_[chance.randrange(len(values_))] = odd.encode("utf-8", "ignore").decode()
        if chance.randrange(3) == 0:
            values_[chance.randrange(len(values_))] = None
    arrays = {name: _column(values_, chance, gentle=gentle) for name, values_ in columns.items()}
    if not gentle and chance.randrange(3) == 0:
        arrays[chance.choice(WORDS)[:50].encode("utf-8", "ignore").decode()] = arrays.pop(
            chance.choice(list(arrays))
        )
    target = io.BytesIO()
    pq.write_table(
        pa.table(arrays),
        target,
        compression=chance.choice(["none", "snappy", "gzip", "zstd", "brotli", "lz4"]),
        data_page_version=chance.choice(["1.0", "2.0"]),
        use_dictionary=bool(chance.randrange(2)),
        row_group_size=chance.choice([1, 7, 50]),
        data_page_size=chance.choice([1, 100, 1 << 20]),
    )
    return target.getvalue()


def _column(values_: list[Any], chance: random.Random, *, gentle: bool) -> pa.Array:
    """Return a column of strings, or gently one that reads as such, else one of another kind."""
    match chance.randrange(3 if gentle else 7):
        case 0:
            column = pa.array(values_, pa.string())
        case 1:
            column = pa.array(values_, pa.large_string())
        case 2:
            column = pa.array(values_).dictionary_encode()
        case 3:
            column = pa.array([[value] for value in values_])
        case 4:
            column = pa.array([{"a": value} for value in values_])
        case kind:
            data = [None if value is None else value.encode() for value in values_]
            data[0] = b"\xff\xfe"
            column = pa.array(data, pa.binary())
            if kind == 6:  # calls itself text, and is none
                column = pa.Array.from_buffers(
                    pa.string(), len(data), column.buffers(), column.null_count
                )
    return column


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
