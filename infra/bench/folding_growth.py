"""The cost of folding a day against windows of several sizes and numbers of parts.

Used by `python -m infra.bench.folding growth|parts`. Each fold has a process of its own, as in the
archive: `python -m infra.bench.folding_growth WINDOW DOCUMENTS`. Tables have the median of three by
processor time. Windows hold composed documents, which are compared, and rows with random keys,
which are only read.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from infra.bench.composed import START, compose
from processing.dedupe.fold import fold
from processing.signing.batch import sign
from processing.signing.columns import BANDS, CLUSTERS, EDGES, SIG, SIGNED, TEXTS
from processing.signing.documents import Document, FoldOptions, number
from processing.signing.marks import sums
from processing.signing.shingles import KEYS
from processing.signing.window import EmptyWindow, FolderWindow, PartitionKind, Partitions

DAYS: Final = 29
_STORIES: Final = 4_000
_COMPOSED: Final = 10_000
"""Composed documents of every window: how many a day finds like its own must not grow with it."""
KEYS_OF_ONE: Final = 32


def composed() -> list[Document]:
    """Return the documents that windows are made from."""
    return [each.document for each in compose(17, _STORIES, days=1)]


def _stock(options: FoldOptions) -> tuple[pa.Table, pa.Table]:
    """Return `sig` and `bands` of the composed documents, signed as in the fold of one day."""
    with Partitions(EmptyWindow(), options) as partitions:
        fresh = sign(partitions, composed(), START.date())
    return fresh.sig, fresh.bands


def fill(window: FolderWindow, size: int, options: FoldOptions, parts: int = 1) -> None:
    """Write a window of `size` documents over `DAYS` days before `START`, each in `parts` parts.

    The first `_COMPOSED` are composed documents with their own keys, spread over the days. The others have
    their columns under new ids, with random keys and hashes, as unrelated documents have; every
    third of these is linked to another one.
    """
    sig, bands = _stock(options)
    keep = min(size, _COMPOSED)
    for place, share in enumerate(np.array_split(np.arange(size), DAYS)):
        real = np.arange(place, keep, DAYS)
        strangers = np.array_split(np.arange(len(share) - len(real)), parts)
        for part, mine in enumerate(np.array_split(real, parts)):
            batch = _Batch(
                START.date() - timedelta(days=DAYS - place), part, mine, len(strangers[part])
            )
            _write(window, batch, sig, bands)


@dataclass(frozen=True, slots=True)
class _Batch:
    """One publication: its day and part, the rows of composed documents, the number of others."""

    day: date
    part: int
    real: NDArray[np.intp]
    strangers: int


def _write(window: FolderWindow, batch: _Batch, sig: pa.Table, bands: pa.Table) -> None:
    day, real, strangers = batch.day, batch.real, batch.strangers
    draw = np.random.default_rng([day.toordinal(), batch.part])
    table = sig.take(np.concatenate([real, draw.integers(0, sig.num_rows, strangers)]))
    ids = [str(identity) for identity in table["id"].to_pylist()[: len(real)]]
    ids += [f"{day}-{batch.part}-{index}" for index in range(strangers)]
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
    random_keys = draw.integers(0, KEYS, (strangers, KEYS_OF_ONE))
    own_keys = bands.filter(pa.array(np.isin(np.asarray(bands["number"]), numbers[: len(real)])))
    table = table.sort_by([("near", "ascending"), ("number", "ascending")])
    tables: dict[PartitionKind, pa.Table] = {
        "sig": table.select(SIG.names),
        "texts": table.select(TEXTS.names),
        "bands": _bands(own_keys, numbers[len(real) :], random_keys, day),
        "edges": _edges(np.sort(numbers[len(real) :]), day),
        "clusters": _clusters(ids, day),
    }
    for kind, made in tables.items():
        window.write(kind, day, f"{day.toordinal() * 100 + batch.part:08d}", made)


def _bands(
    own: pa.Table, others: NDArray[np.int64], random_keys: NDArray[np.int64], day: date
) -> pa.Table:
    """Return own keys and one row of `random_keys` for each of the `others`, sorted by key."""
    keys = np.concatenate([np.asarray(own["key"]), random_keys.ravel()])
    owners = np.concatenate([np.asarray(own["number"]), np.repeat(others, KEYS_OF_ONE)])
    order = np.lexsort((owners, keys))
    columns = [pa.array(keys[order]), pa.array(owners[order]), _days(day, keys.size)]
    return pa.Table.from_arrays(columns, schema=BANDS)


def _edges(numbers: NDArray[np.int64], day: date) -> pa.Table:
    rows = len(numbers) // 3
    said: dict[str, object] = {
        "link": "same",
        "jaccard": 0.9,
        "share_a": 0.95,
        "share_b": 0.94,
        "begins_a": 0,
        "ends_a": 900,
        "begins_b": 0,
        "ends_b": 910,
        "gap_a": 0.0,
        "gap_b": 0.0,
    }
    said |= {"evidence": "the same text", "day_a": day, "day_b": day, "day": day}
    pairs = zip(numbers[: 3 * rows : 3].tolist(), numbers[1 : 3 * rows : 3].tolist(), strict=True)
    return pa.Table.from_pylist([{"a": a, "b": b, **said} for a, b in pairs], schema=EDGES)


def _clusters(ids: list[str], day: date) -> pa.Table:
    said: dict[str, object] = {
        "relation": "original",
        "parent": None,
        "score": 1.0,
        "evidence": "",
        "day": day,
        "original_confidence": 1.0,
        "original_evidence": "alone",
        "stub": False,
    }
    names = ("article_id", "version_id", "cluster", "original")
    return pa.Table.from_pylist(
        [dict.fromkeys(names, each) | said for each in sorted(ids)], schema=CLUSTERS
    )


def _drawn_columns(
    table: pa.Table, numbers: NDArray[np.int64], real: int
) -> dict[str, "pa.Array[Any]"]:
    """Return the columns that compare texts.

    From row `real` on with values of each document's own, but boilerplate.
    """
    own = numbers.copy()
    own[:real] = 0
    short = own.astype(np.int32)
    keys = ("title_key", "head_key", "tail_key")
    made = {name: pa.array(np.asarray(table[name]) ^ short) for name in keys}
    least = own.view(np.uint64) >> np.uint64(
        10
    )  # about as small as the smallest of a thousand hashes is
    made["near"] = pa.array(np.where(own, least.view(np.int64), np.asarray(table["near"])))
    lists, dropped = (
        cast("pa.ListArray[Any]", table[name].combine_chunks()) for name in ("marks", "dropped")
    )
    sizes = np.asarray(lists.value_lengths())
    starts = np.concatenate([[0], np.cumsum(sizes)])
    marks = sums(np.asarray(lists.flatten()), starts)
    learnt = np.unique(np.asarray(dropped.flatten()))
    # The bits that the passage decides.
    mine = np.repeat(short, sizes) & np.int32(0x1FFFFFFE)
    mine[np.isin(marks, learnt)] = 0
    order = np.lexsort(((marks ^ mine).view(np.uint32), np.repeat(np.arange(sizes.size), sizes)))
    stored = np.diff((marks ^ mine)[order].view(np.uint32), prepend=np.uint32(0))
    stored[starts[:-1][sizes > 0]] = (marks ^ mine)[order].view(np.uint32)[starts[:-1][sizes > 0]]
    return made | {
        "marks": pa.ListArray.from_arrays(
            pa.array(starts, pa.int32()), pa.array(stored.view(np.int32))
        )
    }


def _days(day: date, count: int) -> "pa.Array[Any]":
    return pa.array(np.full(count, day.toordinal() - date(1970, 1, 1).toordinal(), np.int32)).cast(
        pa.date32()
    )


def a_day(documents: list[Document], size: int) -> list[Document]:
    """Return a day of `size` documents: a third are reprints from the window, the others new."""
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
    """Write the band keys of `size` documents, a quarter of them copies with 21 of 32 keys.

    Return their number.
    """
    pairs = 0
    for place, start in enumerate(range(0, size, chunk)):
        draw = np.random.default_rng(start)
        count = min(chunk, size - start)
        keys = draw.integers(0, KEYS >> 3, (count, KEYS_OF_ONE), dtype=np.int64) << 3
        copies = np.arange(3, count, 4)
        keys[copies, :21] = keys[copies - 3, :21]
        pairs += copies.size
        numbers = np.repeat(np.arange(start, start + count, dtype=np.int64), KEYS_OF_ONE)
        order = np.argsort(keys.ravel(), kind="stable")
        columns = [
            pa.array(keys.ravel()[order]),
            pa.array(numbers[order]),
            _days(START.date(), order.size),
        ]
        window.write(
            "bands", START.date(), f"{place:08d}", pa.Table.from_arrays(columns, schema=BANDS)
        )
    return pairs


_DAY: Final = 3_000
_WHOLE_DAY: Final = 47_000
_WHOLE_WINDOW: Final = 1_000_000
_TIMES: Final = 3
_PARTS: Final = (1, 24)
_COLUMNS: Final = ("processor s", "ms a document", "times the first", "wall s", "peak MB")


@dataclass(frozen=True, slots=True)
class FoldCost:
    """The cost of one fold: processor and elapsed seconds, peak memory of its process in MB."""

    processor: float
    wall: float
    peak: float


def growth(sizes: Sequence[int]) -> None:
    """Print the cost of folding a day against windows of `sizes`, and the bytes per million."""
    _head("window", "day", *_COLUMNS, "keys MB/million", "with text MB/million")
    with tempfile.TemporaryDirectory() as folder:
        roots = {size: _filled(Path(folder) / str(size), size) for size in sizes}
        whole = max(sizes) >= _WHOLE_WINDOW
        for day, times in ((_DAY, _TIMES), (_WHOLE_DAY, 1))[: 1 + whole]:
            turns: dict[int, list[FoldCost]] = {}
            # In turns, so that other load on the machine meets all windows.
            for _ in range(times):
                for size, root in roots.items():
                    turns.setdefault(size, []).append(_turn(root, day))
            first = _median(next(iter(turns.values())))
            for size, each in turns.items():
                _row(f"{size:,}", day, _median(each), first, *_weights(roots[size], size))


def parts(sizes: Sequence[int]) -> None:
    """Print the cost of folding a day against days published once and published every hour."""
    _head("window", "parts per day", "files", *_COLUMNS)
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            roots = {count: _filled(Path(folder) / str(count), size, count) for count in _PARTS}
            turns: dict[int, list[FoldCost]] = {}
            for _ in range(_TIMES):
                for count, root in roots.items():
                    turns.setdefault(count, []).append(_turn(root, _DAY))
            for count, each in turns.items():
                files = sum(1 for _ in roots[count].glob("*/*/*.parquet"))
                _row(
                    f"{size:,} | {count} | {files:,}",
                    _DAY,
                    _median(each),
                    _median(turns[_PARTS[0]]),
                    day=False,
                )


def _filled(root: Path, size: int, count: int = 1) -> Path:
    fill(FolderWindow(root), size, FoldOptions(), count)
    return root


def _turn(root: Path, documents: int) -> FoldCost:
    command = [sys.executable, "-m", __spec__.name, str(root), str(documents)]
    done = subprocess.run(  # noqa: S603 - our own
        command, check=True, stdout=subprocess.PIPE, text=True
    )
    return FoldCost(**json.loads(done.stdout))


def _median(turns: Sequence[FoldCost]) -> FoldCost:
    return sorted(turns, key=lambda turn: turn.processor)[len(turns) // 2]


def _weights(root: Path, size: int) -> tuple[str, str]:
    weights = [weight(root, kind) / size for kind in ("bands", "sig", "texts")]
    return f"{weights[0]:.0f}", f"{sum(weights):.0f}"


def _head(*names: str) -> None:
    print(f"| {' | '.join(names)} |\n|{'---|' * len(names)}", flush=True)


def _row(
    name: str, documents: int, turn: FoldCost, first: FoldCost, *more: str, day: bool = True
) -> None:
    one = 1000 * turn.processor / documents
    times = turn.processor / first.processor
    figures = (
        f"{turn.processor:.1f}",
        f"{one:.2f}",
        f"{times:.2f}",
        f"{turn.wall:.1f}",
        f"{turn.peak:.0f}",
    )
    print(
        f"| {' | '.join((name, *([f'{documents:,}'] if day else []), *figures, *more))} |",
        flush=True,
    )


def main(root: str, documents: str) -> int:
    """Fold one day against the window in `root`, and print its turn as JSON."""
    day = a_day(composed(), int(documents))
    wall, start = time.perf_counter(), time.process_time()
    fold(day, FolderWindow(Path(root)), day=START.date(), options=FoldOptions())
    took, waited = time.process_time() - start, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(asdict(FoldCost(took, waited, peak))))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
