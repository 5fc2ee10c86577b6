"""Template articles: weather, markets, notices. They are more alike than many a copy, and each says something else.

Numbers tell most of them: facts are missing and digits differ in place. Notices of people (인사, 부고, 동정) and event
notices may differ in names alone. A true copy has few words exchanged one for one; where there are several, they are
names if the two titles have exchanged them too.
"""

import re
from functools import lru_cache
from typing import Final

from processing.dedupe.alignment import Alignment, Slot
from processing.dedupe.canonical import canonical
from processing.dedupe.documents import Thresholds

_LEAST: Final = 3
_DENSE: Final = 1.0
_FULL: Final = 2.0
_SHORTEST_MATCH: Final = 60
_WORD = re.compile(r"\w{2,}")
_NOTICE = re.compile(r"^\W*(?:인사|부고|부음|동정|화촉|승진|운세|날씨)(?!\w)")


_plain = lru_cache(4096)(canonical)  # a document meets many others
"""Canonical titles."""


def missing_facts(small: frozenset[str], large: frozenset[str]) -> tuple[float, int]:
    """Return the share and the count of the smaller text's number facts that the larger one lacks."""
    lacking = len(small - large)
    return lacking / max(1, len(small)), lacking


def numbers_exchanged(alignment: Alignment, small: frozenset[str], large: frozenset[str], limits: Thresholds) -> bool:
    """Say whether number facts are missing AND digits differ in place.

    Either sign alone also shows on true copies (a number spelt in another way, a corrected figure); both do not. One
    fact is enough where the text is full of such digits: reports of a crash or a fire have few facts of two digits.
    """
    share, count = missing_facts(small, large)
    if share <= limits.missing:
        return False
    numeric = sum(slot.numeric for slot in alignment.slots)
    told = numeric + sum(end.numeric for end in alignment.ends)
    compared = max(_SHORTEST_MATCH, alignment.matched) / 100
    if told >= _LEAST and told / compared >= _FULL:
        return True
    return count > 1 and numeric > 1 and numeric / compared >= limits.exchanged


def names_exchanged(alignment: Alignment, titles: tuple[str, str], *, same_outlet: bool) -> bool:
    """Say whether words stand one for the other so that two texts are fillings of one form.

    They do where the titles differ in two such words, or in one and the exchanges are dense, or very dense and the
    titles' words are in longer ones. In one outlet, and among notices, density is enough: there is no reason to publish
    the same text twice with other words, while a desk that reprints another's text may be dense in synonyms. `titles`
    are in the order of the alignment's sides.
    """
    slots = alignment.slots
    if not slots:
        return False
    mine, theirs = (_plain(title) for title in titles)
    told = sum(_told(slot, mine, theirs) for slot in slots)
    if told > 1:
        return True
    density = 100 * len(slots) / max(_SHORTEST_MATCH, alignment.matched)
    if len(slots) < _LEAST or density < _DENSE:
        return False
    if told > 0 or same_outlet or are_notices(*titles):
        return True
    return density >= _FULL and any(_named(slot, titles, (mine, theirs)) for slot in (*slots, *alignment.ends))


def are_notices(*titles: str) -> bool:
    """Say whether all titles head notices, which follow one form for different people."""
    return all(_NOTICE.search(title) for title in titles)


def _told(slot: Slot, mine: str, theirs: str) -> bool:
    """Say whether the titles differ in what the slot differs in."""
    words = (
        (f"{slot.before}{slot.left}", f"{slot.before}{slot.right}"),
        (f"{slot.left}{slot.after}", f"{slot.right}{slot.after}"),
    )
    pairs = words if min(len(slot.left), len(slot.right)) == 1 else ((slot.left, slot.right), *words)
    return any(one in mine and other in theirs and one not in theirs and other not in mine for one, other in pairs)


def _named(slot: Slot, titles: tuple[str, str], plain: tuple[str, str]) -> bool:
    """Say whether each side of the slot holds the beginning of a word that its own title alone has."""
    sides = zip((slot.left, slot.right), titles, reversed(plain), strict=True)
    return all(any(word in side and word not in other for word in _begun(title)) for side, title, other in sides)


@lru_cache(4096)
def _begun(title: str) -> tuple[str, ...]:
    """Return the beginnings of a title's words, from two characters on: what follows them is often a particle."""
    words = [_plain(word) for word in _WORD.findall(title)]
    return tuple(word[:end] for word in words for end in range(2, len(word) + 1))
