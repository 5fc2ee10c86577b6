"""sign: what is kept of a document, and the band keys under which its like are found.

A `Draft` is a document cut into canonical lines; a `Signature` is what remains once the window has said which of its
lines are boilerplate. The text is kept, because a decision on text is exact and a sketch of it is hardly smaller.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from itertools import islice
from typing import Any, Final, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from processing.signing.canonical import canonical, facts, readable
from processing.signing.columns import BANDS, SIGNED
from processing.signing.credits import credits_of, url_key
from processing.signing.documents import Document, Features, FoldOptions, number
from processing.signing.shingles import Said, Sketches, distinct, line_hash, sketches

_LONGEST_TITLE: Final = 300
_PIECE: Final = 2_000
_RANK_BITS: Final = np.uint64(16)
_RANK: Final = np.uint64(2**16 - 1)


@dataclass(frozen=True, slots=True)
class Draft:
    """A row of `sig` without what boilerplate decides; `hashes` has 0 where a line is too long to be boilerplate."""

    row: Mapping[str, object]
    lines: tuple[str, ...]
    hashes: tuple[int, ...]

    @property
    def number(self) -> int:
        return cast("int", self.row["number"])

    @property
    def day(self) -> date:
        return cast("date", self.row["day"])


def draft(document: Document, day: date, options: FoldOptions) -> Draft:
    """Cut a document into canonical lines, and find the number facts of each."""
    features = options.features
    text = readable(document.text)
    read = [
        (line, plain)
        for line, plain in zip(text.split("\n"), canonical(text).split("\n"), strict=True)
        if plain
    ]
    lines = tuple(plain for _, plain in read)
    hashes = _hashes(lines, features)
    title = readable(document.title)[:_LONGEST_TITLE]
    row: dict[str, object] = {
        "number": number(document.id),
        "id": document.id,
        "article_id": document.article_id or document.id,
        "outlet": document.outlet,
        "outlet_class": document.outlet_class,
        "title": title,
        "published_at": document.published_at.astimezone(UTC) if document.published_at else None,
        "fetched_at": document.fetched_at.astimezone(UTC) if document.fetched_at else None,
        "url_key": url_key(document.url),
        "origin_key": url_key(document.origin_url or ""),
        "credits": credits_of(document, options.outlet_names),
        "text": "\n".join(lines),
        "facts": "\n".join(" ".join(facts(line)) for line, _ in read),
        "lines": sorted({mark for mark in hashes if mark}),
        "title_key": line_hash(canonical(title)),
        "body_key": line_hash(max(lines, key=lambda line: (len(line), line), default="")),
        "day": document.day(day),
    }
    return Draft(row, lines, hashes)


def redraft(row: Mapping[str, object], features: Features) -> Draft:
    """Return the draft of a stored row of `sig`."""
    lines = tuple(str(row["text"]).split("\n")) if row["text"] else ()
    return Draft(row, lines, _hashes(lines, features))


def _hashes(lines: Iterable[str], features: Features) -> tuple[int, ...]:
    return tuple(line_hash(line) if len(line) <= features.line_length else 0 for line in lines)


def kept_text(lines: Iterable[str], hashes: Iterable[int], dropped: frozenset[int]) -> str:
    """Return the canonical text of the lines that are no boilerplate."""
    return "".join(line for line, mark in zip(lines, hashes, strict=True) if mark not in dropped)


def text_of_row(row: Mapping[str, object], features: Features) -> str:
    """Return the text of a row of `sig` without its boilerplate."""
    if not row["dropped"]:
        return str(row["text"]).replace("\n", "")
    made = redraft(row, features)
    return kept_text(made.lines, made.hashes, frozenset(cast("list[int]", row["dropped"])))


@dataclass(frozen=True, slots=True)
class Signed:
    """A row of `sig`, but for `near`, and its text without boilerplate."""

    row: Mapping[str, object]
    text: str


def signed(made: Draft, learnt: frozenset[int]) -> Signed:
    """Return a draft signed without those of its lines that are in `learnt`."""
    dropped = learnt.intersection(made.hashes)
    text = kept_text(made.lines, made.hashes, dropped)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]
    return Signed(
        {**made.row, "dropped": sorted(dropped), "digest": digest, "length": len(text)}, text
    )


def tables(documents: Iterable[Signed], features: Features) -> tuple[pa.Table, pa.Table]:
    """Return the whole rows of what is signed, sorted by `near`, then number; and `bands`, by key, then number.

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


def _bands(found: Sketches, numbers: NDArray[np.int64], days: "pa.ChunkedArray[Any]") -> pa.Table:
    """Return each key of each document once, sorted: keys have 48 bits, so that the rank of a number fits below."""
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
