"""Each rule of the reader on both sides of its limits, in the rows of `sweeps` and `sweeps_around`.

`limits.json` has a short hash per row. `SILLOK_REWRITE=1` writes it anew where a rule changed on
purpose; which rows these are belongs into the message of that commit.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.processing.reading import sweeps, sweeps_around
from tests.processing.reading.sweeps import Row

KEPT = Path(__file__).with_name("limits.json")


def hashed(results: list[object]) -> str:
    return hashlib.sha256(repr(results).encode()).hexdigest()[:8]


@pytest.mark.parametrize("make", [*sweeps.ALL, *sweeps_around.ALL], ids=lambda make: make.__name__)
def test_no_limit_moves_unmeant(make: Callable[[], Iterator[Row]]) -> None:
    now = dict(make())
    hashes = {name: hashed(results) for name, results in now.items()}
    known = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    if os.environ.get("SILLOK_REWRITE"):
        KEPT.write_text(
            json.dumps(known | {make.__name__: hashes}, indent=0, ensure_ascii=False) + "\n"
        )
        return
    kept = known[make.__name__]
    changed = {name: now[name] for name, value in hashes.items() if kept.get(name) != value}
    assert not changed, "look at these rows, then run with SILLOK_REWRITE=1"
    assert set(kept) == set(hashes)
