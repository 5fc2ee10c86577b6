"""Shingles, MinHash and band keys in numpy alone: stored values must outlive every library's next release.

Polynomial hashes of character n-grams, finished with MurmurHash3's 64-bit mixer (public domain). MinHash is of one
permutation (Li, Owen, Zhang 2012): the space of hashes is cut into bins and the smallest hash of each is kept; an
empty bin borrows from another that a fixed table names (optimal densification, Shrivastava 2017). Because the shingles
are sorted anyway, it costs a fraction of 128 permutations and estimates no worse.

sign, second half: the band keys of texts, many texts at a time, because small arrays cost as much as larger ones.

Nothing of a text depends on those beside it: n-grams that reach from one into the next are passed over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

import numpy as np
import xxhash
from numpy.typing import NDArray

from processing.signing.canonical import canonical, mark_of
from processing.signing.documents import Features

Hashes: TypeAlias = NDArray[np.uint64]
_Scalar = TypeVar("_Scalar", bound=np.generic)

_WORD = np.uint64
_BASE: Final = _WORD(0x9E3779B97F4A7C15)
_PROBES: Final = 48

KEY_BITS: Final = 48
KEYS: Final = 2**KEY_BITS
"""Band keys are from 0 on and smaller than this."""


def mixed(hashes: Hashes) -> Hashes:
    """Return MurmurHash3's finaliser of each value: a fixed bijection of 64 bits."""
    hashes = hashes ^ (hashes >> _WORD(33))
    hashes *= _WORD(0xFF51AFD7ED558CCD)
    hashes ^= hashes >> _WORD(33)
    hashes *= _WORD(0xC4CEB9FE1A85EC53)
    hashes ^= hashes >> _WORD(33)
    return hashes


def rolling(text: str, length: int) -> Hashes:
    """Return the hashes of all n-grams of `length` characters in their order; of the whole where it is shorter."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    length = min(length, codes.size)
    if not length:
        return np.empty(0, np.uint64)
    count = codes.size - length + 1
    hashes = codes[:count].copy()
    for offset in range(1, length):
        hashes *= _BASE
        hashes += codes[offset : offset + count]
    return mixed(hashes)


def distinct(values: NDArray[_Scalar]) -> NDArray[_Scalar]:
    """Return each value once, sorted; several times as fast as `numpy.unique`, which hashes."""
    values = np.sort(values)
    first = np.empty(values.size, np.bool_)
    first[:1] = True
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return values[first]


def shingle_hashes(text: str, length: int) -> Hashes:
    """Return the distinct hashes of the n-grams, sorted."""
    return distinct(rolling(text, length))


def passages(ordered: Hashes, length: int) -> Hashes:
    """Return the hashes of all passages of five adjoining n-grams, given in their order."""
    size = max(0, ordered.size - 4 * length)
    found = ordered[:size]
    for place in range(1, 5):
        found = found * _BASE + ordered[place * length : place * length + size]
    return mixed(found)


def common(left: Hashes, right: Hashes) -> int:
    """Return how many hashes two sorted distinct sets share: a merge of two runs."""
    both = np.concatenate([left, right])
    both.sort(kind="stable")
    return int(np.count_nonzero(both[1:] == both[:-1]))


def line_hash(line: str) -> int:
    """Return the signed 64-bit XXH3 of a whole line, title or name; 0 for none."""
    return (
        xxhash.xxh3_64_intdigest(line.encode("utf-8", "surrogatepass")) - (1 << 63) if line else 0
    )


def _probe_table(bins: int) -> NDArray[np.intp]:
    seeds = np.arange(bins * _PROBES, dtype=np.uint64) + _WORD(1)
    return (mixed(seeds * _BASE) % _WORD(bins)).astype(np.intp).reshape(bins, _PROBES)


_TABLES: Final = {bins: _probe_table(bins) for bins in (16, 32, 64, 128, 256)}


def minhash(hashes: Hashes, sizes: NDArray[np.intp], bins: int) -> Hashes:
    """Return (texts, bins) signatures: the smallest hash of each bin; `bins` is a power of two.

    `hashes` are those of one text after the other, `sizes` of each, sorted within each; every text has one at least.
    """
    ends = np.cumsum(sizes)
    slots = (hashes >> _WORD(65 - bins.bit_length())).view(np.int64)
    slots += np.repeat(np.arange(sizes.size) * bins, sizes)
    counts = np.bincount(slots, minlength=sizes.size * bins)
    first = (np.cumsum(counts) - counts).reshape(-1, bins)
    values: Hashes = hashes[np.minimum(first, ends[:, np.newaxis] - 1)]
    filled = counts.reshape(-1, bins) > 0
    texts, empty = np.nonzero(~filled)
    probes = _TABLES[bins][empty]
    lender = filled[texts[:, np.newaxis], probes].argmax(axis=1)
    values[texts, empty] = values[texts, probes[np.arange(empty.size), lender]]
    return values


def band_keys(signatures: Hashes, bands: int, rows: int, channel: int) -> NDArray[np.int64]:
    """Return (documents, bands) keys of 48 bits from (documents, bands * rows) signatures.

    The lowest three bits say the channel, so that channels never collide and a join can treat them differently.
    """
    keys = np.empty((signatures.shape[0], bands), np.uint64)
    columns = np.ascontiguousarray(signatures.T)
    for band in range(bands):
        key = np.full(signatures.shape[0], band + 1, np.uint64) * _BASE
        for row in range(rows):
            key = mixed(key ^ columns[band * rows + row]) * _BASE + _WORD(row)
        keys[:, band] = mixed(key)
    return ((keys >> _WORD(64 - KEY_BITS)) & ~_WORD(7) | _WORD(channel)).view(np.int64)


def smallest(hashes: Hashes, count: int) -> Hashes:
    """Return up to `count` of the smallest distinct hashes, sorted."""
    if hashes.size > 4 * count:
        hashes = np.partition(hashes, 4 * count)[: 4 * count]
    return distinct(hashes)[:count]


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
    near, keyed = (
        exact.copy(),
        [(_single(exact, _EXACT), every), (_single(articles, _ARTICLE), every)],
    )
    for places in _groups([len(each.text) for each in said], max(features.shortest, 1)):
        near[places], found = _of_bodies([said[place].text for place in places], features)
        keyed += [(keys, places[which]) for keys, which in found]
    keyed.append(_of_titles(said, features))
    return Sketches(near, *(np.concatenate(side) for side in zip(*keyed, strict=True)))


def _whole(said: Said, features: Features) -> str:
    return (
        said.text
        if 2 * len(said.text) >= features.shortest
        else f"{said.text}\n{canonical(said.title)}"
    )


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
    return band_keys(signatures, *shape, channel).ravel(), np.repeat(
        np.arange(len(signatures)), shape[0]
    )


def _single(values: Numbers, channel: int) -> Numbers:
    return band_keys(values.view(np.uint64).reshape(-1, 1), 1, 1, channel)[:, 0]


def _of_titles(said: Sequence[Said], features: Features) -> Keyed:
    """Return keys of passages of each title within its outlet; a chain shares its head, so the first is one."""
    stems = _rolled([mark_of(each.title).stem for each in said], _TITLE_SHINGLE)
    chosen = [
        distinct(np.concatenate([stem[:1], smallest(stem, features.title_keys)])) for stem in stems
    ]
    owners = _owners(chosen)
    outlets = np.array([line_hash(each.outlet) for each in said], np.int64).view(np.uint64)
    return _single(mixed(np.concatenate(chosen) ^ outlets[owners]).view(np.int64), TITLE), owners
