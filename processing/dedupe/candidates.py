"""match, first half: which pairs of documents are worth comparing, found by joining band keys in DuckDB."""

from dataclasses import dataclass, replace
from typing import Final, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from processing.dedupe.buckets import moved, near
from processing.dedupe.columns import BANDS
from processing.dedupe.fresh import Fresh
from processing.dedupe.partitions import Partitions, widened
from processing.dedupe.shingles import KEY_BITS, distinct
from processing.dedupe.signatures import Numbers, Signatures, among, opened
from processing.dedupe.signing import redraft, signed, tables

_NEVER: Final = -(2**31)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The pairs that a batch makes candidates, smaller number first, sorted.

    `mine` have a document of the batch in them. Of keys that more than a bucket of documents share, `closer` are pairs
    of others that the batch brought near each other, and `further` those that it parted.
    """

    mine: NDArray[np.int64]
    closer: NDArray[np.int64]
    further: NDArray[np.int64]


def candidates(partitions: Partitions, fresh: Fresh) -> Candidates:
    """Return which pairs are worth comparing now, and which are no longer."""
    former = _keys(partitions, np.setdiff1d(fresh.numbers, sorted(fresh.asked)))
    known = _known(partitions, fresh, pa.concat_tables([fresh.bands, former]))
    return Candidates(near(partitions, fresh.bands, known), *moved(partitions, fresh.bands, former, known))


def still(partitions: Partitions, fresh: Fresh, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the candidates that have a document of `pairs`, which are not of the batch, in them."""
    mine = _keys(partitions, np.unique(pairs))
    return near(partitions, mine, pa.concat_tables([_known(partitions, fresh, mine), fresh.bands]))


def _known(partitions: Partitions, fresh: Fresh, bands: pa.Table) -> pa.Table:
    """Return the rows of earlier documents, none of the batch, that share a key with `bands`."""
    again = signed_again(partitions, fresh.numbers)
    met = np.isin(np.asarray(again["key"]), np.asarray(bands["key"]))
    return pa.concat_tables([stored(partitions, replace(fresh, bands=bands)), again.filter(pa.array(met))])


def _keys(partitions: Partitions, numbers: NDArray[np.int64]) -> pa.Table:
    """Return the keys of documents of the window, as their newest rows have them."""
    features = partitions.options.features
    rows = partitions.signatures.rows(numbers).to_pylist()
    made = (signed(redraft(row, features), frozenset(cast("list[int]", row["dropped"]))) for row in rows)
    return tables(made, features)[1]


def stored(partitions: Partitions, fresh: Fresh) -> pa.Table:
    """Return the rows of the window's `bands` that share a key with `fresh`, but none of documents signed otherwise.

    A part costs little more than reading its keys. The day is the document's.
    """
    parts = partitions.window.tables("bands", *widened(fresh.days, partitions.options.window_days))
    wanted, found = distinct(np.asarray(fresh.bands["key"])), [(np.empty(0, np.int64), np.empty(0, np.int64))]
    for part in parts:
        with opened(part) as read:
            keys = np.asarray(read(["key"])["key"])
            places, _ = among(keys, wanted, KEY_BITS)
            if places.size:
                found.append((keys[places], np.asarray(read(["number"])["number"])[places]))
    keys, numbers = (np.concatenate(side) for side in zip(*found, strict=True))
    return _dated(partitions.signatures, keys, numbers, fresh)


def _dated(signatures: Signatures, keys: Numbers, numbers: Numbers, fresh: Fresh) -> pa.Table:
    known, which = np.unique(numbers, return_inverse=True)
    days = np.full(known.size, _NEVER, np.int32)
    places, owners = signatures.places(known)
    days[owners] = signatures.days[places]
    days[np.isin(known, signatures.again) | np.isin(known, fresh.numbers)] = _NEVER
    there = days[which] != _NEVER
    arrays = [pa.array(keys[there]), pa.array(numbers[there]), pa.array(days[which][there]).cast(pa.date32())]
    return pa.Table.from_arrays(arrays, schema=BANDS)


def signed_again(partitions: Partitions, known: NDArray[np.int64]) -> pa.Table:
    """Return the true keys of documents that were signed more than once and are not `known`.

    Their stored keys are of any time; these are of their newest text.
    """
    return _keys(partitions, np.setdiff1d(partitions.signatures.again, known))
