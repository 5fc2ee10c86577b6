"""Windows of signatures in any size for the bench: made texts where they are judged, drawn keys where they are not."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from infra.bench.composed import START, compose
from processing.dedupe.columns import BANDS, SIG, SIGNED, TEXTS
from processing.dedupe.documents import Document, FoldOptions, number
from processing.dedupe.fresh import sign
from processing.dedupe.partitions import Partitions
from processing.dedupe.window import EmptyWindow, FolderWindow

DAYS: Final = 29
_KEYS: Final = 37


def stock(options: FoldOptions, stories: int) -> tuple[list[Document], pa.Table, pa.Table]:
    """Return composed documents of one day with their `sig` and `bands`, signed as a fold of that day signs them."""
    documents = [each.document for each in compose(17, stories, days=1)]
    with Partitions(EmptyWindow(), options) as partitions:
        fresh = sign(partitions, documents, START.date())
    return documents, fresh.sig, fresh.bands


def fill(window: FolderWindow, size: int, options: FoldOptions, stories: int = 4000) -> list[Document]:
    """Write a window of `size` documents in `DAYS` days before `START`, and return the documents it was made from.

    The first of them are the composed ones, with their own keys, spread over the days; the others have their columns
    under new ids, but drawn keys and hashes, which is what those of strangers look like.
    """
    documents, sig, bands = stock(options, min(stories, size))
    keep = min(sig.num_rows, size)
    shares = np.array_split(np.arange(size), DAYS)
    for place, share in enumerate(shares):
        day = START.date() - timedelta(days=DAYS - place)
        real = share[share < keep] if size <= keep else np.arange(place, keep, DAYS)
        _write_day(window, day, (sig, bands), real=real, strangers=len(share) - len(real))
    return documents


def _write_day(
    window: FolderWindow, day: date, made: tuple[pa.Table, pa.Table], *, real: NDArray[np.intp], strangers: int
) -> None:
    (sig, bands), draw = made, np.random.default_rng(day.toordinal())
    rows = np.concatenate([real, draw.integers(0, sig.num_rows, max(strangers, 0))])
    table = sig.take(rows)
    ids = table["id"].to_pylist()[: len(real)] + [f"{day}-{place}" for place in range(max(strangers, 0))]
    numbers = np.array([number(str(each)) for each in ids], np.int64)
    columns = {
        "number": pa.array(numbers),
        "id": pa.array(ids),
        "article_id": pa.array(ids),
        "day": _days(day, len(ids)),
    }
    columns |= _drawn_columns(table, numbers, len(real))
    for name, column in columns.items():
        table = table.set_column(SIGNED.get_field_index(name), SIGNED.field(name), column)
    drawn = draw.integers(0, 2**48, (max(strangers, 0), _KEYS)).ravel()
    true = bands.filter(pa.array(np.isin(np.asarray(bands["number"]), numbers[: len(real)])))
    keys = np.concatenate([np.asarray(true["key"]), drawn])
    owners = np.concatenate([np.asarray(true["number"]), np.repeat(numbers[len(real) :], _KEYS)])
    order = np.lexsort((owners, keys))
    columns_of = [pa.array(keys[order]), pa.array(owners[order]), _days(day, keys.size)]
    table = table.sort_by([("near", "ascending"), ("number", "ascending")])
    window.write("sig", day, "00000000", table.select(SIG.names))
    window.write("texts", day, "00000000", table.select(TEXTS.names))
    window.write("bands", day, "00000000", pa.Table.from_arrays(columns_of, schema=BANDS))


def _drawn_columns(table: pa.Table, numbers: NDArray[np.int64], real: int) -> dict[str, "pa.Array[Any]"]:
    """Return the columns that compare texts; from row `real` on with values of each document's own, but boilerplate."""
    own = numbers.copy()
    own[:real] = 0
    made = {name: pa.array(np.asarray(table[name]) ^ own) for name in ("title_key", "body_key", "near")}
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
