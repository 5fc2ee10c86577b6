"""sign, second half: the band keys of texts, many texts at a time, because small arrays cost as much as larger ones.

Nothing of a text depends on those beside it: n-grams that reach from one into the next are passed over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from processing.dedupe.canonical import canonical
from processing.dedupe.chains import mark_of
from processing.dedupe.documents import Features
from processing.dedupe.shingles import (
    Hashes,
    band_keys,
    distinct,
    line_hash,
    minhash,
    mixed,
    passages,
    rolling,
    smallest,
)

Numbers: TypeAlias = NDArray[np.int64]
Places: TypeAlias = NDArray[np.intp]
Keyed: TypeAlias = tuple[Numbers, Places]
"""Keys, and the place of the text that each belongs to."""

_TITLE_SHINGLE: Final = 4
_EXACT, _BODY, _HEAD, _RUN, _ARTICLE, TITLE = range(6)
"""Channels of the band keys. Titles are compared within a day, the others within the window."""
_TOGETHER: Final = 64
_CHARACTERS: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Said:
    """What is sketched: a canonical text without boilerplate, a readable title, an outlet, the id of an article."""

    text: str
    title: str
    outlet: str
    article: str


@dataclass(frozen=True, slots=True)
class Sketches:
    """The signatures of texts. `near` is the smallest shingle hash of each, by which copies mostly lie side by side.

    `keys` are the band keys of all of them, and `places` whose each is; a text may have a key twice.
    """

    near: Numbers
    keys: Numbers
    places: Places


def sketches(said: Sequence[Said], features: Features) -> Sketches:
    """Return the signatures of texts. One of a line or two is the same as another only under the same title."""
    exact = np.array([line_hash(_whole(each, features)) for each in said], np.int64)
    articles = np.array([line_hash(each.article) for each in said], np.int64)
    every = np.arange(len(said))
    near, keyed = exact.copy(), [(_single(exact, _EXACT), every), (_single(articles, _ARTICLE), every)]
    for places in _groups([len(each.text) for each in said], max(features.shortest, 1)):
        near[places], found = _of_bodies([said[place].text for place in places], features)
        keyed += [(keys, places[which]) for keys, which in found]
    keyed.append(_of_titles(said, features))
    return Sketches(near, *(np.concatenate(side) for side in zip(*keyed, strict=True)))


def _whole(said: Said, features: Features) -> str:
    return said.text if 2 * len(said.text) >= features.shortest else f"{said.text}\n{canonical(said.title)}"


def _groups(lengths: Sequence[int], shortest: int) -> Iterator[Places]:
    """Yield the places of texts that are long enough to be compared, as many together as arrays stay in a cache."""
    group, size = [], 0
    for place, length in enumerate(lengths):
        if length >= shortest:
            group.append(place)
            size += length
        if len(group) == _TOGETHER or size >= _CHARACTERS:
            yield np.array(group, np.intp)
            group, size = [], 0
    if group:
        yield np.array(group, np.intp)


def _of_bodies(texts: Sequence[str], features: Features) -> tuple[Numbers, list[Keyed]]:
    """Return the smallest shingle hash of each text, and the keys of bodies, heads and runs."""
    ordered = _rolled(texts, features.shingle)
    hashes = _sorted(ordered)
    body = minhash(np.concatenate(hashes), _sizes(hashes), features.body[0] * features.body[1])
    keyed = [_banded(body, features.body, _BODY)]
    if features.head[0]:
        first = _sorted([each[: features.head_length - features.shingle + 1] for each in ordered])
        head = minhash(np.concatenate(first), _sizes(first), features.head[0] * features.head[1])
        keyed.append(_banded(head, features.head, _HEAD))
    runs = [smallest(each, features.runs) for each in _passages(ordered, features.shingle)]
    keyed.append((_single(np.concatenate(runs).view(np.int64), _RUN), _owners(runs)))
    return np.array([each[0] for each in hashes], np.uint64).view(np.int64), keyed


def _rolled(texts: Sequence[str], length: int) -> list[Hashes]:
    """Return `rolling` of each text."""
    whole, start, found = rolling("".join(texts), length), 0, []
    for text in texts:
        size = len(text) - length + 1
        found.append(whole[start : start + size] if size > 0 else rolling(text, length))
        start += len(text)
    return found


def _passages(ordered: Sequence[Hashes], length: int) -> list[Hashes]:
    """Return `passages` of each text."""
    whole, start, found = passages(np.concatenate(ordered), length), 0, []
    for each in ordered:
        found.append(whole[start : start + max(0, each.size - 4 * length)])
        start += each.size
    return found


def _sorted(groups: Sequence[Hashes]) -> list[Hashes]:
    return [np.sort(each) for each in groups]


def _sizes(groups: Sequence[Hashes]) -> Places:
    return np.array([each.size for each in groups], np.intp)


def _owners(groups: Sequence[Hashes]) -> Places:
    return np.repeat(np.arange(len(groups)), _sizes(groups))


def _banded(signatures: Hashes, shape: tuple[int, int], channel: int) -> Keyed:
    return band_keys(signatures, *shape, channel).ravel(), np.repeat(np.arange(len(signatures)), shape[0])


def _single(values: Numbers, channel: int) -> Numbers:
    return band_keys(values.view(np.uint64).reshape(-1, 1), 1, 1, channel)[:, 0]


def _of_titles(said: Sequence[Said], features: Features) -> Keyed:
    """Return keys of passages of each title within its outlet; a chain shares its head, so the first is one."""
    stems = _rolled([mark_of(each.title).stem for each in said], _TITLE_SHINGLE)
    chosen = [distinct(np.concatenate([stem[:1], smallest(stem, features.title_keys)])) for stem in stems]
    owners = _owners(chosen)
    outlets = np.array([line_hash(each.outlet) for each in said], np.int64).view(np.uint64)
    return _single(mixed(np.concatenate(chosen) ^ outlets[owners]).view(np.int64), TITLE), owners
