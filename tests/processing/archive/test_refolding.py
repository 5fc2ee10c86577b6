"""Which parts of a fold are left out together."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from processing.archive.refolding import group

MONDAY, TUESDAY = date(2026, 3, 16), date(2026, 3, 17)
PARTS = {
    "dedupe/v=1/sig/day=2026-03-16/a.parquet": (1, MONDAY),
    "dedupe/v=1/texts/day=2026-03-16/a.parquet": (1, MONDAY),
    "dedupe/v=1/bands/day=2026-03-16/a.parquet": (1, MONDAY),
    "dedupe/v=1/edges/day=2026-03-16/a.parquet": (1, MONDAY),
    "dedupe/v=1/texts/day=2026-03-16/b.parquet": (2, MONDAY),
    "dedupe/v=1/texts/day=2026-03-17/a.parquet": (1, TUESDAY),
    "dedupe/v=2/texts/day=2026-03-16/a.parquet": (1, MONDAY),
    "clusters/day=2026-03-16/a.parquet": (1, MONDAY),
}


@pytest.mark.parametrize(
    ("key", "together"),
    [
        ("dedupe/v=1/sig/day=2026-03-16/a.parquet", ("sig", "texts", "bands")),
        ("dedupe/v=1/texts/day=2026-03-16/a.parquet", ("sig", "texts", "bands")),
        ("dedupe/v=1/texts/day=2026-03-16/b.parquet", ()),
        ("dedupe/v=1/texts/day=2026-03-17/a.parquet", ()),
        ("dedupe/v=2/texts/day=2026-03-16/a.parquet", ()),
        ("dedupe/v=1/edges/day=2026-03-16/a.parquet", ()),
        ("clusters/day=2026-03-16/a.parquet", ()),
    ],
)
def test_what_one_publication_signed_of_a_day_is_left_out_together(
    key: str, together: tuple[str, ...]
) -> None:
    parts: dict[str, Any] = {
        name: SimpleNamespace(key=name, seq=seq, days=(day, day))
        for name, (seq, day) in PARTS.items()
    }
    folded = [part for name, part in parts.items() if name.startswith("dedupe/")]
    catalogue: Any = SimpleNamespace(of=lambda _: folded)
    expected = {f"dedupe/v=1/{kind}/day=2026-03-16/a.parquet" for kind in together} or {key}
    assert group(catalogue, parts[key]) == expected
