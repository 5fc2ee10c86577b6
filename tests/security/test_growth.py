"""Time and memory grow about as n log n with what a document holds: ratios of one run, never seconds.

Each document doubles four times. A quadratic parser takes 256 times as long for 16 times as much, one of n log n some
20 times. What a small document costs is mostly starting, so only documents that take measurable time are compared.
"""

import contextlib
import gc
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from processing.errors import SillokError
from tests.security.parsers import PARSERS, Parser

START = 16 << 10
"""Bytes of the first document."""
DOUBLINGS = 4
SIZES = [START << doubling for doubling in range(DOUBLINGS + 1)]
LONG = 0.02
"""Processor seconds below which the noise of a busy machine is as large as what is measured."""
MOST = 3.2
"""How much more a document of twice the size may cost; 2 is linear, 4 is quadratic."""
MOST_SECONDS = 120
"""Processor seconds after which the kernel ends a child."""
MEMORY = 400
"""Bytes of memory that one byte more of a document may cost: an lxml tree of `<a>` takes some 60."""

CASES = [(parser, name) for parser in PARSERS for name in parser.grown]


def measured(parser: Parser, documents: list[bytes], folder: Path) -> list[tuple[float, int]]:
    """Return what documents cost one after another in a child process.

    For each: processor seconds, and the most bytes of memory that the child had by then.
    """
    reading, writing = os.pipe()
    # What earlier tests left is not the child's to end (see test_claims), and a full collection of
    # it would cost more than the document.
    gc.disable()
    child = os.fork()
    if child == 0:
        gc.freeze()
        gc.enable()
        # What grows faster than any ratio must not hang the tests.
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
        os.write(writing, repr([_cost(parser, one, folder) for one in documents]).encode())
        os._exit(0)
    gc.enable()
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        costs = pipe.read()
    os.waitpid(child, 0)
    assert costs, f"{parser.name}: {documents[0][:80]!r}… takes more than {MOST_SECONDS} s"
    found: list[tuple[float, int]] = eval(costs)  # noqa: S307 - of our own child
    return found


def _cost(parser: Parser, document: bytes, folder: Path) -> tuple[float, int]:
    start = time.process_time()
    with contextlib.suppress(SillokError):
        parser.parse(document, folder)
    seconds = time.process_time() - start
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def is_steep(seconds: list[float]) -> bool:
    """Return whether the last doublings together cost more than `MOST` each; single ones are noisy."""
    long = [one for one in seconds if one >= LONG]
    return len(long) > 1 and long[-1] / long[0] > MOST ** (len(long) - 1)


def times(measure: Callable[[list[int]], list[tuple[float, int]]]) -> tuple[list[float], int]:
    """Measure documents of all sizes; return their seconds, and the memory that the largest needs above the smallest.

    `measure` returns for each size seconds and the most memory until then. What seems steep is measured twice more,
    and the best of each size counts: a neighbour's load passes, a quadratic parser stays one.
    """
    first, last = measure([SIZES[0], SIZES[-1]])
    more_memory = last[1] - first[1]
    # What lies between is no longer, and a slope needs two that are; or all cost about the same.
    if last[0] < max(LONG, MOST * first[0]):
        return [first[0], last[0]], more_memory
    seconds = [first[0], *(cost[0] for cost in measure(SIZES[1:-1])), last[0]]
    for _ in range(2):
        if not is_steep(seconds):
            break
        seconds = [min(best, cost[0]) for best, cost in zip(seconds, measure(SIZES), strict=True)]
    return seconds, more_memory


def test_a_quadratic_parser_would_be_seen() -> None:
    assert is_steep([0.01, 0.04, 0.16, 0.64, 2.56])
    assert not is_steep([0.01, 0.021, 0.045, 0.095, 0.2])
    quadratic, _ = times(lambda sizes: [(0.005 * (size / SIZES[0]) ** 2, 0) for size in sizes])
    assert is_steep(quadratic)
    linear, _ = times(lambda sizes: [(0.005 * (size / SIZES[0]), 0) for size in sizes])
    assert not is_steep(linear)


def test_load_that_passes_makes_no_parser_steep() -> None:
    noise = iter([0, 0, 0, 0, 9])
    seconds, memory = times(
        lambda sizes: [(size / SIZES[0] / 100 + next(noise, 0), size) for size in sizes]
    )
    assert not is_steep(seconds)
    assert memory == SIZES[-1] - SIZES[0]


@pytest.mark.full
@pytest.mark.parametrize(
    ("parser", "name"), CASES, ids=lambda value: value if isinstance(value, str) else value.name
)
def test_what_a_document_costs_grows_as_it_does(parser: Parser, name: str, tmp_path: Path) -> None:
    seconds, more_memory = times(
        lambda sizes: measured(parser, [parser.grown[name](size) for size in sizes], tmp_path)
    )
    assert not is_steep(seconds), (
        f"{parser.name}, {name}: {[f'{one:.3f}' for one in seconds]} s for {SIZES} bytes"
    )
    assert more_memory / (SIZES[-1] - SIZES[0]) < MEMORY, (
        f"{parser.name}, {name}: {more_memory >> 20} MB more"
    )
