"""The state of an outlet's backfills, as bytes that may be somebody else's."""

import gzip
import json

import pytest

from processing.archive.backfills import FORMAT, BackfillState, decode
from processing.errors import CorruptRecordError

HEADER = {"format": FORMAT, "complete": {}, "spent": {}}


def packed(header: object) -> bytes:
    return gzip.compress(json.dumps(header).encode())


def test_an_empty_state_is_one() -> None:
    assert decode(packed(HEADER)).spent == BackfillState().spent


@pytest.mark.parametrize(
    "header",
    [
        {**HEADER, "spent": {"2026-11-20": float("inf")}},
        {**HEADER, "spent": {"2026-11-20": "many"}},
        {**HEADER, "format": FORMAT + 1},
        {**HEADER, "complete": {"s": ["nonsense"]}},
        [],
        None,
    ],
)
def test_what_is_none_is_one_clear_error(header: object) -> None:
    with pytest.raises(CorruptRecordError, match="a snapshot of backfills is damaged"):
        decode(packed(header))
