"""Template articles: weather, markets, notices. They are more alike than many a copy, and each says something else.

Numbers tell most of them: facts are missing and digits differ in place. Notices of people (인사, 부고, 동정) and event
notices may differ in names alone. A true copy has few words exchanged one for one; where there are several, they are
names if the two titles have exchanged them too, or if one was exchanged for the other again and again.
"""

from collections import Counter
from typing import Final

from processing.dedupe.alignment import Alignment, Slot
from processing.dedupe.documents import Thresholds

_LEAST: Final = 3
_DENSE: Final = 1.0
_SHORTEST_MATCH: Final = 60


def missing_facts(small: frozenset[str], large: frozenset[str]) -> tuple[float, int]:
    """Return the share and the count of the smaller text's number facts that the larger one lacks."""
    lacking = len(small - large)
    return lacking / max(1, len(small)), lacking


def numbers_exchanged(alignment: Alignment, small: frozenset[str], large: frozenset[str], limits: Thresholds) -> bool:
    """Say whether number facts are missing AND digits differ in place.

    Either sign alone also shows on true copies (a number spelt in another way, a corrected figure); both do not.
    """
    share, count = missing_facts(small, large)
    if share <= limits.missing or count <= 1:
        return False
    numeric = sum(slot.numeric for slot in alignment.slots)
    return numeric > 1 and 100 * numeric / max(_SHORTEST_MATCH, alignment.matched) >= limits.exchanged


def names_exchanged(alignment: Alignment, titles: tuple[str, str], *, same_outlet: bool) -> bool:
    """Say whether words stand one for the other so often that two texts are fillings of one form.

    In one outlet density is enough: it has no reason to publish the same text twice with other words. Between outlets
    the exchanged words must be names. `titles` are canonical, in the order of the alignment's sides.
    """
    slots = alignment.slots
    if len(slots) < _LEAST or 100 * len(slots) / max(_SHORTEST_MATCH, alignment.matched) < _DENSE:
        return False
    return same_outlet or any(_told(slot, titles) for slot in slots) or _repeated(slots)


def _told(slot: Slot, titles: tuple[str, str]) -> bool:
    """Say whether the titles differ in what the slot differs in."""
    mine, theirs = titles
    left, right = slot.left_word, slot.right_word
    return left in mine and right in theirs and left not in theirs and right not in mine


def _repeated(slots: tuple[Slot, ...]) -> bool:
    exchanges = Counter((slot.left, slot.right) for slot in slots if min(len(slot.left), len(slot.right)) > 1)
    return any(count > 1 for count in exchanges.values())
