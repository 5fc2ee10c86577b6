"""Template articles: weather, markets, notices. They are more alike than many a copy, and each says something else."""

from processing.dedupe.alignment import Alignment
from processing.dedupe.documents import Thresholds


def missing_facts(small: frozenset[str], large: frozenset[str]) -> tuple[float, int]:
    """Return the share and the count of the smaller text's number facts that the larger one lacks."""
    lacking = len(small - large)
    return lacking / max(1, len(small)), lacking


def exchanged_numbers(alignment: Alignment, small: frozenset[str], large: frozenset[str], limits: Thresholds) -> bool:
    """Say whether numbers were exchanged: facts are missing AND digits differ in place.

    Either sign alone also shows on true copies (a number spelt in another way, a corrected figure); both do not.
    """
    share, count = missing_facts(small, large)
    if share <= limits.missing or count <= 1:
        return False
    numeric = sum(slot.numeric for slot in alignment.slots)
    return numeric > 1 and 100 * numeric / max(60, alignment.matched) >= limits.exchanged
