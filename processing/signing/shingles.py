"""Hashes the shingles and passages of texts, and makes the band keys of a document.

Only numpy and XXH3 are used, because stored values must outlive every library's next release.
Hashes are polynomial over character n-grams, finished with MurmurHash3's 64-bit mixer (public
domain). Many texts are hashed at a time, because small arrays cost as much as larger ones; n-grams
that reach from one text into the next are passed over, so nothing depends on the texts beside it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

import numpy as np
import xxhash
from numpy.typing import NDArray

from processing.signing.canonical import mark_of
from processing.signing.documents import Features

Hashes: TypeAlias = NDArray[np.uint64]
_Scalar = TypeVar("_Scalar", bound=np.generic)

_WORD = np.uint64
_BASE: Final = _WORD(0x9E3779B97F4A7C15)

# Of a window of a million documents one document in ten meets another by chance, which the sieve
# finds out. Each bit more is a bit more for each of some thirty keys of every document.
KEY_BITS: Final = 36
KEYS: Final = 2**KEY_BITS
"""Band keys are from 0 on and smaller than this."""


def mixed(hashes: Hashes) -> Hashes:
    """Return MurmurHash3's finaliser of each value: a fixed bijection of 64 bits."""
    # The first step makes a copy, so the caller's array is left as it was.
    hashes = hashes ^ (hashes >> _WORD(33))
    hashes *= _WORD(0xFF51AFD7ED558CCD)
    hashes ^= hashes >> _WORD(33)
    hashes *= _WORD(0xC4CEB9FE1A85EC53)
    hashes ^= hashes >> _WORD(33)
    return hashes


def rolling(text: str, length: int) -> Hashes:
    """Return the hashes of all n-grams of `length` characters in their order.

    Of the whole where it is shorter.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    length = min(length, codes.size)
    if not length:
        return np.empty(0, np.uint64)
    return mixed(_polynomials(codes, length))


def _polynomials(codes: Hashes, length: int) -> Hashes:
    """Return for each place the polynomial over the `length` codes from there on.

    The polynomial of an n-gram is made of those of its two halves, which takes as many steps as
    `length` has binary digits.
    """
    hashes, size = codes, 1
    for digit in f"{length:b}"[1:]:
        power = _WORD(pow(int(_BASE), size, 2**64))
        hashes, size = hashes[:-size] * power + hashes[size:], 2 * size
        if digit == "1":
            hashes, size = hashes[:-1] * _BASE + codes[size:], size + 1
    return hashes


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


def common(left: Hashes, right: Hashes) -> Hashes:
    """Return the hashes that two sorted distinct sets share, sorted: a merge of two runs."""
    both = np.concatenate([left, right])
    both.sort(kind="stable")
    shared: Hashes = both[:-1][both[1:] == both[:-1]]
    return shared


def line_hash(line: str) -> int:
    """Return the signed 64-bit XXH3 of a whole line, title or name; 0 for none."""
    return (
        xxhash.xxh3_64_intdigest(line.encode("utf-8", "surrogatepass")) - (1 << 63) if line else 0
    )


def keys_of(values: Hashes, channel: int) -> NDArray[np.int64]:
    """Return keys of `KEY_BITS` bits of hashes.

    The lowest three bits say the channel, so that channels never collide and a join can treat them
    differently.
    """
    keys = mixed(mixed(_BASE ^ values) * _BASE)
    return ((keys >> _WORD(64 - KEY_BITS)) & ~_WORD(7) | _WORD(channel)).view(np.int64)


def smallest(hashes: Hashes, count: int) -> Hashes:
    """Return up to `count` of the smallest distinct hashes, sorted."""
    # Four times as many leave room for repeated hashes, and spare sorting a long text whole.
    if hashes.size > 4 * count:
        hashes = np.partition(hashes, 4 * count)[: 4 * count]
    return distinct(hashes)[:count]


Numbers: TypeAlias = NDArray[np.int64]
Places: TypeAlias = NDArray[np.intp]
Keyed: TypeAlias = tuple[Numbers, Places]
"""Keys, and the place of the text that each belongs to."""

_TITLE_SHINGLE: Final = 4
_EXACT, _PASSAGE, _ARTICLE, TITLE, _BRIEF = range(5)
"""Channels of the keys. Titles are compared within a day, the others within the window."""
# Texts and characters hashed at a time: so many that the arrays stay in the processor's cache.
_TOGETHER: Final = 64
_CHARACTERS: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Said:
    """What keys are made of: a canonical text without boilerplate, a title, an outlet, an id.

    The title is readable, not canonical; the id is that of the article.
    """

    text: str
    title: str
    outlet: str
    article: str


@dataclass(frozen=True, slots=True)
class Sketches:
    """The signatures of texts.

    `near` is the smallest shingle hash of each, by which copies mostly lie side by side.

    `keys` are the keys of all of them, and `places` whose each is; a text may have a key twice.
    """

    near: Numbers
    keys: Numbers
    places: Places


def sketches(said: Sequence[Said], features: Features) -> Sketches:
    """Return the signatures of texts.

    One with nothing left of it is found by its title and its article alone.
    """
    exact = np.array([line_hash(each.text) for each in said], np.int64)
    articles = np.array([line_hash(each.article) for each in said], np.int64)
    every = np.arange(len(said))
    own = np.array([bool(each.text) for each in said], np.bool_)
    near = exact.copy()
    keyed = [(_keys(exact[own], _EXACT), every[own]), (_keys(articles, _ARTICLE), every)]
    for places in together([len(each.text) for each in said], max(features.shortest, 1)):
        near[places], found = _of_bodies([said[place].text for place in places], features)
        keyed += [(keys, places[which]) for keys, which in found]
    brief = [
        place for place, each in enumerate(said) if features.own <= len(each.text) < features.brief
    ]
    keyed += _of_brief(said, brief, features)
    keyed.append(_of_titles(said, features))
    return Sketches(near, *(np.concatenate(side) for side in zip(*keyed, strict=True)))


def together(lengths: Sequence[int], shortest: int) -> Iterator[Places]:
    """Yield the places of texts that have `shortest` characters, as many as are hashed at a time."""
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
    """Return the smallest shingle hash of each text, and the keys of its passages."""
    near = [each.min() for each in rolled(texts, features.shingle)]
    found = [sampled(each, features) for each in rolled(texts, features.passage)]
    keys = _keys(np.concatenate(found).view(np.int64), _PASSAGE)
    return np.array(near, np.uint64).view(np.int64), [(keys, owners_of(found))]


def _of_brief(said: Sequence[Said], brief: Sequence[int], features: Features) -> list[Keyed]:
    """Return the keys of short texts, at these places: the smallest hashes of their shingles."""
    if not brief:
        return []
    hashes = rolled([said[place].text for place in brief], features.shingle)
    chosen = [smallest(each, features.brief_keys) for each in hashes]
    owners = np.array(brief, np.intp)[owners_of(chosen)]
    return [(_keys(np.concatenate(chosen).view(np.int64), _BRIEF), owners)]


def sampled(passages: Hashes, features: Features) -> Hashes:
    """Return those of a text's passages that are keys: hashes below a bound.

    The bound falls with the length of the text.
    """
    share = max(features.densest, features.sparse * math.sqrt(passages.size))
    return passages[passages < np.uint64(2**64 / share)]


def rolled(texts: Sequence[str], length: int) -> list[Hashes]:
    """Return `rolling` of each text: views of one array, which may be changed."""
    whole, start, found = rolling("".join(texts), length), 0, []
    for text in texts:
        size = len(text) - length + 1
        found.append(whole[start : start + size] if size > 0 else rolling(text, length))
        start += len(text)
    return found


def owners_of(groups: Sequence[Hashes]) -> Places:
    """Return for each hash of the groups, one after another, the place of its group."""
    return np.repeat(np.arange(len(groups)), [each.size for each in groups])


def _keys(values: Numbers, channel: int) -> Numbers:
    return keys_of(values.view(np.uint64), channel)


def _of_titles(said: Sequence[Said], features: Features) -> Keyed:
    """Return keys of passages of each title within its outlet.

    A chain shares its head, so the first is one.
    """
    stems = rolled([mark_of(each.title).stem for each in said], _TITLE_SHINGLE)
    chosen = [
        distinct(np.concatenate([stem[:1], smallest(stem, features.title_keys)])) for stem in stems
    ]
    owners = owners_of(chosen)
    outlets = np.array([line_hash(each.outlet) for each in said], np.int64).view(np.uint64)
    return _keys(mixed(np.concatenate(chosen) ^ outlets[owners]).view(np.int64), TITLE), owners
