"""Shingles, MinHash and band keys in numpy alone: stored values must outlive every library's next release.

Polynomial hashes of character n-grams, finished with MurmurHash3's 64-bit mixer (public domain). MinHash is of one
permutation (Li, Owen, Zhang 2012): the space of hashes is cut into bins and the smallest hash of each is kept; an
empty bin borrows from another that a fixed table names (optimal densification, Shrivastava 2017). Because the shingles
are sorted anyway, it costs a fraction of 128 permutations and estimates no worse.
"""

from typing import Final, TypeAlias, TypeVar

import numpy as np
import xxhash
from numpy.typing import NDArray

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


def shingles(text: str, length: int) -> Hashes:
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
    return xxhash.xxh3_64_intdigest(line.encode("utf-8", "surrogatepass")) - (1 << 63) if line else 0


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
