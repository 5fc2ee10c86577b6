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
from itertools import pairwise
from pathlib import Path

import pytest

from processing.errors import SillokError
from tests.security.parsers import PARSERS, Parser

START = 16 << 10
"""Bytes of the first document."""
DOUBLINGS = 4
LONG = 0.02
"""Processor seconds below which the noise of a busy machine is as large as what is measured."""
MOST = 3.2
"""How much more a document of twice the size may cost; 2 is linear, 4 is quadratic."""
MOST_SECONDS = 120
"""Processor seconds after which the kernel ends a child."""
MEMORY = 400
"""Bytes of memory that one byte more of a document may cost: an lxml tree of `<a>` takes some 60."""

CASES = [(parser, name) for parser in PARSERS for name in parser.grown]


def measured(parser: Parser, document: bytes, folder: Path) -> tuple[float, int]:
    """Return processor seconds and bytes of memory that a document costs, the best of three in children of their own."""
    seconds, memory = [], []
    for _ in range(3):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            # A full collection of all that the tests have made would cost more than the document.
            gc.freeze()
            # What grows faster than any ratio must not hang the tests.
            resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
            os.write(writing, repr(_costs(lambda: parser.parse(document, folder))).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            cost = told.read()
        os.waitpid(child, 0)
        assert cost, f"{parser.name}: {document[:80]!r}… takes more than {MOST_SECONDS} s"
        took, grown = eval(cost)  # noqa: S307 - of our own child
        seconds.append(took)
        memory.append(grown)
        if took < LONG:
            break
    return min(seconds), min(memory)


def _costs(call: Callable[[], object]) -> tuple[float, int]:
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with contextlib.suppress(SillokError):
        call()
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return time.process_time() - start, (after - before) << 10


def is_steep(seconds: list[float]) -> bool:
    """Return whether the last doublings together cost more than `MOST` each; single ones are noisy."""
    long = [one for one in seconds if one >= LONG]
    return len(long) > 1 and long[-1] / long[0] > MOST ** (len(long) - 1)


def test_a_quadratic_parser_would_be_seen() -> None:
    assert is_steep([0.01, 0.04, 0.16, 0.64, 2.56])
    assert not is_steep([0.01, 0.021, 0.045, 0.095, 0.2])


@pytest.mark.parametrize(
    ("parser", "name"), CASES, ids=lambda value: value if isinstance(value, str) else value.name
)
def test_what_a_document_costs_grows_as_it_does(parser: Parser, name: str, tmp_path: Path) -> None:
    grown = parser.grown[name]
    sizes = [START << doubling for doubling in range(DOUBLINGS + 1)]
    found = [measured(parser, grown(size), tmp_path) for size in sizes]
    seconds = [took for took, _ in found]
    assert not is_steep(seconds), (
        f"{parser.name}, {name}: {[f'{one:.3f}' for one in seconds]} s for {sizes} bytes"
    )
    (_, least), (_, most) = found[0], found[-1]
    assert (most - least) / (sizes[-1] - sizes[0]) < MEMORY, (
        f"{parser.name}, {name}: {(most - least) >> 20} MB more"
    )
    assert all(later > 0 for _, later in pairwise(sizes))
