"""sign: what is kept of a document, and the keys under which its like are found.

A `Draft` is a document as a canonical text and the marks of its passages; what is `Signed` is what
remains once the window has said which of these are boilerplate. The text is kept, because a
decision on text is exact and a sketch of it is hardly smaller.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from itertools import chain, islice
from typing import Any, Final, cast
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from processing.agencies import Names, is_agency
from processing.signing.canonical import (
    canonical,
    facts,
    is_listed,
    lowered,
    mapped,
    readable,
    titled_roundup,
)
from processing.signing.columns import BANDS, SIG, SIGNED
from processing.signing.credits import credits_of, url_key
from processing.signing.documents import Document, Features, FoldOptions, number
from processing.signing.marks import (
    Marks,
    TextSpan,
    boilerplate_spans,
    differences,
    is_bare,
    marks_of,
    without,
)
from processing.signing.shingles import Said, Sketches, distinct, line_hash, rolling, sketches

_LONGEST_TITLE: Final = 300
# Documents held as Python values at once, so that a large batch never is as a whole.
_PIECE: Final = 2_000
_RANK_BITS: Final = np.uint64(16)
_RANK: Final = np.uint64(2**16 - 1)
_DIGEST: Final = SIG.field("digest").type.byte_width
_END: Final = 0.25
"""The share of a text whose smallest shingle tells one text's beginning, or end, from another's."""
_END_LEAST: Final = 24
_END_MOST: Final = 250


@dataclass(frozen=True, slots=True)
class Draft:
    """A row of `sig` without the columns that boilerplate decides, and its marks.

    Marks are in the order of their `places`.
    """

    row: Mapping[str, object]
    places: NDArray[np.intp]
    marks: Marks

    @property
    def number(self) -> int:
        return cast("int", self.row["number"])

    @property
    def day(self) -> date:
        return cast("date", self.row["day"])

    @property
    def text(self) -> str:
        return cast("str", self.row["text"])

    def spans(self, dropped: frozenset[int]) -> list[TextSpan]:
        """Return the passages that are boilerplate where the marks `dropped` are."""
        if self.row["bare"]:
            return [(0, len(self.text))] if self.text else []
        return boilerplate_spans(self.text, self.places, self.marks, dropped)


def drafts(documents: Sequence[Document], day: date, options: FoldOptions) -> list[Draft]:
    """Make documents canonical, and find their marks, number facts and credits."""
    names = Names(options.outlet_names.items())
    pieces = (documents[start : start + _PIECE] for start in range(0, len(documents), _PIECE))
    rows = ([_unmarked(each, day, options.features, names) for each in piece] for piece in pieces)
    return [*chain.from_iterable(map(_marked, rows))]


def redrafts(rows: Sequence[Mapping[str, object]]) -> Iterator[Draft]:
    """Yield the drafts of stored rows of `sig`, whose marks are found in their texts again."""
    return _marked(rows)


def _marked(rows: Sequence[Mapping[str, object]]) -> Iterator[Draft]:
    found = marks_of(
        [cast("str", row["text"]) for row in rows], [cast("int", row["owner"]) for row in rows]
    )
    for row, (places, marks) in zip(rows, found, strict=True):
        yield Draft({**row, "marks": differences(marks).tolist()}, places, marks)


def _unmarked(document: Document, day: date, features: Features, names: Names) -> dict[str, object]:
    """Return a row of `sig` without its marks and what boilerplate decides."""
    text = readable(document.text)
    low = lowered(text)
    plain, before = mapped(low)
    title = readable(document.title)[:_LONGEST_TITLE]
    head, tail = _ends(plain, features.shingle)
    return {
        **_stated(document, names),
        "title": title,
        "credits": credits_of(document, names),
        "text": plain,
        "facts": _placed_facts(low, before),
        "owner": _owner(document),
        "bare": is_bare(text),
        "roundup": titled_roundup(title) or is_listed(document.text),
        "title_key": _short(line_hash(canonical(title))),
        "head_key": head,
        "tail_key": tail,
        "day": document.day(day),
    }


def _placed_facts(low: str, before: NDArray[np.int64]) -> str:
    """Return the number facts of a text, each with its place in the canonical one."""
    return " ".join(f"{before[place]}:{fact}" for place, fact in facts(low))


def _stated(document: Document, names: Names) -> dict[str, object]:
    """Return the columns of `sig` that a document states itself; times are in UTC."""
    published, fetched = document.published_at, document.fetched_at
    return {
        "number": number(document.id),
        "id": document.id,
        "article_id": document.article_id or document.id,
        "outlet": document.outlet,
        "name": names.standard(document.outlet),
        "outlet_class": document.outlet_class
        or ("wire" if is_agency(document.outlet) else "publisher"),
        "published_at": published.astimezone(UTC) if published else None,
        "fetched_at": fetched.astimezone(UTC) if fetched else None,
        "url_key": url_key(document.url),
        "origin_key": url_key(document.origin_url or ""),
    }


def _owner(document: Document) -> int:
    """Return a hash of whose boilerplate a document may have: of its outlet, else of its host.

    0 where nobody knows.
    """
    return line_hash(document.outlet or _host(document.url))


def _host(url: str) -> str:
    """Return the host of a URL, or an empty string where it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _short(value: int) -> int:
    """Return the upper quarter of a signed 64-bit number: enough to tell some ten apart."""
    return value >> 48


def _ends(plain: str, length: int) -> tuple[int, int]:
    """Return the smallest shingle hashes of a text's beginning and of its end, 16 bits each."""
    size = min(_END_MOST, max(_END_LEAST, int(_END * len(plain))))
    if size > len(plain) or size < length:
        sides = [rolling(side, length) for side in (plain[:size], plain[-size:])]
    else:
        both = rolling(f"{plain[:size]}{plain[-size:]}", length)
        sides = [both[: size - length + 1], both[size:]]
    head, tail = (int(each.min()) & 0xFFFF if each.size else 0 for each in sides)
    return head, tail


def own_spans(row: Mapping[str, object]) -> list[TextSpan]:
    """Return the passages of a stored row of `sig` that are boilerplate."""
    ends = cast("list[int]", row["cut"])
    return list(zip(ends[::2], ends[1::2], strict=True))


def text_of_row(row: Mapping[str, object]) -> str:
    """Return the text of a row of `sig` without its boilerplate."""
    return without(str(row["text"]), own_spans(row))


def facts_of(row: Mapping[str, object], spans: Sequence[TextSpan]) -> frozenset[str]:
    """Return the number facts of a row of `sig` outside these passages."""
    said = (each.partition(":") for each in str(row["facts"]).split())
    if not spans:
        return frozenset(fact for _, _, fact in said)
    told = [(int(place), fact) for place, _, fact in said]
    return frozenset(
        fact for place, fact in told if not any(start <= place < end for start, end in spans)
    )


@dataclass(frozen=True, slots=True)
class Signed:
    """A row of `sig`, but for `near`, and its text without boilerplate."""

    row: Mapping[str, object]
    text: str


def signed(made: Draft, learnt: frozenset[int], before: Collection[int] = ()) -> Signed:
    """Return a draft signed without those of its passages whose marks are in `learnt` or `before`."""
    marks = frozenset(made.marks.tolist())
    dropped = (marks & learnt).union(marks.intersection(before))
    spans = made.spans(dropped)
    text = without(made.text, spans)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:_DIGEST]
    return Signed(
        {
            **made.row,
            "dropped": sorted(dropped),
            "cut": [*chain.from_iterable(spans)],
            "digest": digest,
            "length": len(text),
        },
        text,
    )


def tables(documents: Iterable[Signed], features: Features) -> tuple[pa.Table, pa.Table]:
    """Return the whole rows of what is signed, sorted by `near`, then number.

    And `bands`, by key, then number.

    No more than `_PIECE` documents are held as Python values at once.
    """
    waiting, pieces = iter(documents), []
    while piece := list(islice(waiting, _PIECE)):
        pieces.append(_piece(piece, features))
    if not pieces:
        return SIGNED.empty_table(), BANDS.empty_table()
    if len(pieces) == 1:
        return pieces[0]
    sig, bands = (pa.concat_tables(side) for side in zip(*pieces, strict=True))
    return (
        sig.sort_by([("near", "ascending"), ("number", "ascending")]),
        bands.sort_by([("key", "ascending"), ("number", "ascending")]),
    )


def _piece(made: Sequence[Signed], features: Features) -> tuple[pa.Table, pa.Table]:
    found = sketches([_said(each) for each in made], features)
    numbers = np.array([each.row["number"] for each in made], np.int64)
    order = np.lexsort((numbers, found.near))
    rows = [
        {**made[place].row, "near": near}
        for place, near in zip(order, found.near[order].tolist(), strict=True)
    ]
    sig = pa.Table.from_pylist(rows, schema=SIGNED)
    return sig, _bands(found, numbers, sig["day"].take(np.argsort(order)))


def _said(made: Signed) -> Said:
    row = made.row
    return Said(made.text, str(row["title"]), str(row["outlet"]), str(row["article_id"]))


def bands_of(rows: Sequence[Mapping[str, object]], features: Features) -> pa.Table:
    """Return `bands` of stored rows of `sig` and their texts, sorted by key, then number."""
    pieces = [BANDS.empty_table()]
    for start in range(0, len(rows), _PIECE):
        piece = rows[start : start + _PIECE]
        found = sketches([_said(Signed(row, text_of_row(row))) for row in piece], features)
        numbers = np.array([row["number"] for row in piece], np.int64)
        days = pa.chunked_array([pa.array([row["day"] for row in piece], pa.date32())])
        pieces.append(_bands(found, numbers, days))
    return pa.concat_tables(pieces).sort_by([("key", "ascending"), ("number", "ascending")])


def _bands(found: Sketches, numbers: NDArray[np.int64], days: "pa.ChunkedArray[Any]") -> pa.Table:
    """Return each key of each document once, sorted by key, then number."""
    # Keys have 40 bits, so the rank of a number fits into the 16 below: one sort does for both.
    order = np.argsort(numbers)
    ranks = np.argsort(order).astype(np.uint64)
    packed = distinct(found.keys.view(np.uint64) << _RANK_BITS | ranks[found.places])
    places = order[packed & _RANK]
    columns = [
        pa.array((packed >> _RANK_BITS).view(np.int64)),
        pa.array(numbers[places]),
        days.take(places),
    ]
    return pa.Table.from_arrays(columns, schema=BANDS)
