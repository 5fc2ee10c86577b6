"""Windows of signatures in any size for the bench: made texts where they are judged, drawn keys where they are not."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from infra.bench.composed import START, compose
from processing.dedupe.columns import BANDS, CLUSTERS, EDGES, INPUTS, SIG, SIGNED, TEXTS
from processing.dedupe.documents import Document, FoldOptions, number
from processing.dedupe.fresh import sign
from processing.dedupe.partitions import Partitions
from processing.dedupe.window import EmptyWindow, FolderWindow, Kind

DAYS: Final = 29
_STORIES: Final = 4_000
_KEYS: Final = 37


def composed() -> list[Document]:
    """Return the documents that windows are made from."""
    return [each.document for each in compose(17, _STORIES, days=1)]


def _stock(options: FoldOptions) -> tuple[pa.Table, pa.Table]:
    """Return `sig` and `bands` of the composed documents, signed as a fold of one day signs them."""
    with Partitions(EmptyWindow(), options) as partitions:
        fresh = sign(partitions, composed(), START.date())
    return fresh.sig, fresh.bands


def fill(window: FolderWindow, size: int, options: FoldOptions, parts: int = 1) -> None:
    """Write a window of `size` documents in `DAYS` days before `START`, each day in so many `parts`.

    The first of them are the composed ones, with their own keys, spread over the days; the others have their columns
    under new ids, but drawn keys and hashes, which is what those of strangers look like. Of these every third was
    linked to another one.
    """
    sig, bands = _stock(options)
    keep = min(sig.num_rows, size)
    for place, share in enumerate(np.array_split(np.arange(size), DAYS)):
        real = share[share < keep] if size <= keep else np.arange(place, keep, DAYS)
        strangers = np.array_split(np.arange(len(share) - len(real)), parts)
        for part, mine in enumerate(np.array_split(real, parts)):
            batch = _Batch(START.date() - timedelta(days=DAYS - place), part, mine, len(strangers[part]))
            _write(window, batch, sig, bands)


@dataclass(frozen=True, slots=True)
class _Batch:
    """One publication: its day, its place within the day, the rows of composed documents, how many strangers."""

    day: date
    part: int
    real: NDArray[np.intp]
    strangers: int


def _write(window: FolderWindow, batch: _Batch, sig: pa.Table, bands: pa.Table) -> None:
    day, real, strangers = batch.day, batch.real, batch.strangers
    draw = np.random.default_rng([day.toordinal(), batch.part])
    table = sig.take(np.concatenate([real, draw.integers(0, sig.num_rows, strangers)]))
    ids = [str(each) for each in table["id"].to_pylist()[: len(real)]] + [
        f"{day}-{batch.part}-{place}" for place in range(strangers)
    ]
    numbers = np.array([number(each) for each in ids], np.int64)
    columns: dict[str, pa.Array[Any]] = {
        "number": pa.array(numbers),
        "id": pa.array(ids),
        "article_id": pa.array(ids),
        "day": _days(day, len(ids)),
    }
    columns |= _drawn_columns(table, numbers, len(real))
    for name, column in columns.items():
        table = table.set_column(SIGNED.get_field_index(name), SIGNED.field(name), column)
    drawn = draw.integers(0, 2**48, (strangers, _KEYS)).ravel()
    true = bands.filter(pa.array(np.isin(np.asarray(bands["number"]), numbers[: len(real)])))
    keys = np.concatenate([np.asarray(true["key"]), drawn])
    owners = np.concatenate([np.asarray(true["number"]), np.repeat(numbers[len(real) :], _KEYS)])
    order = np.lexsort((owners, keys))
    columns_of = [pa.array(keys[order]), pa.array(owners[order]), _days(day, keys.size)]
    table = table.sort_by([("near", "ascending"), ("number", "ascending")])
    tables: dict[Kind, pa.Table] = {
        "sig": table.select(SIG.names),
        "texts": table.select(TEXTS.names),
        "bands": pa.Table.from_arrays(columns_of, schema=BANDS),
        "edges": _edges(np.sort(numbers[len(real) :]), day),
        "clusters": _clusters(ids, day),
        "inputs": pa.Table.from_pylist([{"day": day, "digest": f"{batch.part:016x}"}], schema=INPUTS),
    }
    for kind, made in tables.items():
        window.write(kind, day, f"{day.toordinal() * 100 + batch.part:08d}", made)


def _edges(numbers: NDArray[np.int64], day: date) -> pa.Table:
    rows = len(numbers) // 3
    said: dict[str, object] = {"link": "same", "jaccard": 0.9, "containment": 0.95, "begins": 0, "ends": 900}
    said |= {"evidence": "the same text", "day_a": day, "day_b": day, "day": day}
    pairs = zip(numbers[: 3 * rows : 3].tolist(), numbers[1 : 3 * rows : 3].tolist(), strict=True)
    return pa.Table.from_pylist([{"a": a, "b": b, **said} for a, b in pairs], schema=EDGES)


def _clusters(ids: list[str], day: date) -> pa.Table:
    said: dict[str, object] = {"relation": "original", "parent": None, "score": 1.0, "evidence": "", "day": day}
    names = ("article_id", "version_id", "cluster", "original")
    return pa.Table.from_pylist([dict.fromkeys(names, each) | said for each in sorted(ids)], schema=CLUSTERS)


def _drawn_columns(table: pa.Table, numbers: NDArray[np.int64], real: int) -> dict[str, "pa.Array[Any]"]:
    """Return the columns that compare texts; from row `real` on with values of each document's own, but boilerplate."""
    own = numbers.copy()
    own[:real] = 0
    made = {name: pa.array(np.asarray(table[name]) ^ own) for name in ("title_key", "body_key")}
    least = own.view(np.uint64) >> np.uint64(10)  # about as small as the smallest of a thousand hashes is
    made["near"] = pa.array(np.where(own, least.view(np.int64), np.asarray(table["near"])))
    lists, dropped = (cast("pa.ListArray[Any]", table[name].combine_chunks()) for name in ("lines", "dropped"))
    lines, sizes = np.asarray(lists.flatten()), np.asarray(lists.value_lengths())
    learnt = np.unique(np.asarray(dropped.flatten()))
    mine = np.repeat(own, sizes)
    mine[np.isin(lines, learnt)] = 0
    order = np.lexsort((lines ^ mine, np.repeat(np.arange(sizes.size), sizes)))
    ends = pa.array(np.concatenate([[0], np.cumsum(sizes)]), pa.int32())
    return made | {"lines": pa.ListArray.from_arrays(ends, pa.array((lines ^ mine)[order], pa.int64()))}


def _days(day: date, count: int) -> "pa.Array[Any]":
    return pa.array(np.full(count, day.toordinal() - date(1970, 1, 1).toordinal(), np.int32)).cast(pa.date32())


def a_day(documents: list[Document], size: int) -> list[Document]:
    """Return a day of `size` documents: a third are reprints of what the window has, the others are new."""
    draw = random.Random(23)  # noqa: S311 - texts, not secrets
    reprints = [
        replace(
            each,
            id=f"r{place}",
            outlet="새벽매일",
            text=f"{each.text}\n새벽매일 제공",
            url="",
            fetched_at=START,
            published_at=START,
        )
        for place, each in enumerate(draw.choices(documents, k=size // 3))
    ]
    new: list[Document] = []
    for each in _endless(29):
        if len(new) + len(reprints) >= size:
            return [*reprints, *new]
        new.append(replace(each, id=f"n{each.id}", fetched_at=START, published_at=START))
    raise AssertionError


def _endless(seed: int) -> Iterator[Document]:
    while True:
        yield from (each.document for each in compose(seed, 5000, days=1))
        seed += 1


def weight(root: Path, kind: str) -> int:
    """Return the bytes of all parts of a kind."""
    return sum(path.stat().st_size for path in root.glob(f"{kind}/day=*/*.parquet"))


def drawn(window: FolderWindow, size: int, chunk: int = 250_000) -> int:
    """Write the band keys of `size` documents, a quarter of them copies with 25 of 37 keys; return their number."""
    pairs = 0
    for place, start in enumerate(range(0, size, chunk)):
        draw = np.random.default_rng(start)
        count = min(chunk, size - start)
        keys = draw.integers(0, 2**45, (count, _KEYS), dtype=np.int64) << 3
        copies = np.arange(3, count, 4)
        keys[copies, :25] = keys[copies - 3, :25]
        pairs += copies.size
        numbers = np.repeat(np.arange(start, start + count, dtype=np.int64), _KEYS)
        order = np.argsort(keys.ravel(), kind="stable")
        columns = [pa.array(keys.ravel()[order]), pa.array(numbers[order]), _days(START.date(), order.size)]
        window.write("bands", START.date(), f"{place:08d}", pa.Table.from_arrays(columns, schema=BANDS))
    return pairs
