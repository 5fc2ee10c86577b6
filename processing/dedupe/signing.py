"""sign: what is kept of a document, and the band keys under which its like are found.

A `Draft` is a document cut into canonical lines; a `Signature` is what remains once the window has said which of its
lines are boilerplate. The text is kept, because a decision on text is exact and a sketch of it is hardly smaller.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Final, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from processing.dedupe.canonical import canonical, readable
from processing.dedupe.chains import mark_of
from processing.dedupe.columns import BANDS, SIGNED
from processing.dedupe.credits import credits_of, url_key
from processing.dedupe.documents import Document, Features, FoldOptions, number
from processing.dedupe.facts import facts
from processing.dedupe.shingles import Hashes, band_keys, distinct, line_hash, minhash, mixed, rolling, runs, smallest

_LONGEST_TITLE: Final = 300
_TITLE_SHINGLE: Final = 4
_EXACT, _BODY, _HEAD, _RUN, _ARTICLE, TITLE = range(6)
"""Channels of the band keys. Titles are compared within a day, the others within the window."""


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
    read = [(line, plain) for line, plain in zip(text.split("\n"), canonical(text).split("\n"), strict=True) if plain]
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
class Sketch:
    """The signatures of one text; `body` is None where it is too short to be compared but as a whole.

    `near` is the smallest shingle hash, by which copies mostly lie side by side.
    """

    exact: int
    near: int
    body: Hashes | None
    head: Hashes | None
    runs: Hashes
    title: Hashes


def sketch(text: str, title: str, outlet: str, features: Features) -> Sketch:
    """Return the signatures of a canonical text. Texts of a line or two are the same only under the same title."""
    passages = rolling(mark_of(title).stem, _TITLE_SHINGLE)
    stem = distinct(np.concatenate([passages[:1], smallest(passages, features.title_keys)]))  # a chain shares its head
    named = mixed(stem ^ np.uint64(line_hash(outlet) % 2**64))
    title = canonical(title)
    exact = line_hash(text if 2 * len(text) >= features.shortest else f"{text}\n{title}")
    if len(text) < features.shortest:
        return Sketch(exact, exact, None, None, np.empty(0, np.uint64), named)
    ordered = rolling(text, features.shingle)
    hashes = distinct(ordered)
    body = minhash(hashes, features.body[0] * features.body[1])
    head = None
    if features.head[0]:
        first = distinct(ordered[: features.head_length - features.shingle + 1])
        head = minhash(first, features.head[0] * features.head[1])
    near = int(hashes[0].view(np.int64))
    return Sketch(exact, near, body, head, runs(ordered, features.shingle, features.runs), named)


def _single(values: NDArray[np.int64], channel: int) -> NDArray[np.int64]:
    return band_keys(values.view(np.uint64).reshape(-1, 1), 1, 1, channel)[:, 0]


def keys_of(sketches: Sequence[Sketch], articles: Sequence[str], features: Features) -> list[NDArray[np.int64]]:
    """Return the distinct band keys of each document, sorted."""
    exact = _single(np.array([each.exact for each in sketches], np.int64), _EXACT)
    article = _single(np.array([line_hash(name) for name in articles], np.int64), _ARTICLE)
    groups = [[np.array([one, other])] for one, other in zip(exact, article, strict=True)]
    for channel, shape in ((_BODY, features.body), (_HEAD, features.head)):
        rows = [(row, each.body if channel == _BODY else each.head) for row, each in enumerate(sketches)]
        known = [(row, signature) for row, signature in rows if signature is not None]
        if known:
            keys = band_keys(np.stack([signature for _, signature in known]), *shape, channel)
            for (row, _), mine in zip(known, keys, strict=True):
                groups[row].append(mine)
    for row, each in enumerate(sketches):
        groups[row] += [_single(each.runs.view(np.int64), _RUN), _single(each.title.view(np.int64), TITLE)]
    return [distinct(np.concatenate(group)) for group in groups]


@dataclass(frozen=True, slots=True)
class Signed:
    """A row of `sig` and the signatures of its text."""

    row: Mapping[str, object]
    sketch: Sketch


def signed(made: Draft, learnt: frozenset[int], features: Features) -> Signed:
    """Return a draft signed without those of its lines that are in `learnt`."""
    dropped = learnt.intersection(made.hashes)
    text = kept_text(made.lines, made.hashes, dropped)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]
    found = sketch(text, str(made.row["title"]), str(made.row["outlet"]), features)
    row = {**made.row, "dropped": sorted(dropped), "digest": digest, "length": len(text), "near": found.near}
    return Signed(row, found)


def tables(documents: Iterable[Signed], features: Features) -> tuple[pa.Table, pa.Table]:
    """Return the whole rows of what is signed, sorted by `near`, then number; and `bands`, by key, then number."""
    ordered = sorted(documents, key=lambda each: (each.sketch.near, cast("int", each.row["number"])))
    if not ordered:
        return SIGNED.empty_table(), BANDS.empty_table()
    sig = pa.Table.from_pylist([dict(each.row) for each in ordered], schema=SIGNED)
    groups = keys_of([each.sketch for each in ordered], [str(each.row["article_id"]) for each in ordered], features)
    keys = np.concatenate(groups)
    place = np.repeat(np.arange(len(groups)), [group.size for group in groups])
    numbers = np.asarray(sig["number"])[place]
    order = np.lexsort((numbers, keys))
    days = sig["day"].take(place[order])
    return sig, pa.Table.from_arrays([pa.array(keys[order]), pa.array(numbers[order]), days], schema=BANDS)
