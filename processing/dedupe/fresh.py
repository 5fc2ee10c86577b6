"""sign: the documents of a batch, and earlier ones that the batch lets us read better."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from typing import Final, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from processing.dedupe.boilerplate import learn, unlearnt
from processing.dedupe.columns import SIG
from processing.dedupe.documents import Document, Features
from processing.dedupe.partitions import Partitions, days_of, widened
from processing.dedupe.signing import Draft, Signed, draft, redraft, signed, tables
from processing.errors import CorruptRecordError

_PIECE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Fresh:
    """What a fold signs: the documents asked for, and earlier ones whose boilerplate was learnt only now."""

    sig: pa.Table
    bands: pa.Table
    asked: frozenset[int]

    @property
    def numbers(self) -> NDArray[np.int64]:
        return np.asarray(self.sig["number"])

    @property
    def days(self) -> set[date]:
        return days_of(self.sig)

    def asked_ids(self) -> frozenset[str]:
        rows = zip(self.sig["number"].to_pylist(), self.sig["id"].to_pylist(), strict=True)
        return frozenset(str(identity) for number, identity in rows if number in self.asked)


def sign(partitions: Partitions, documents: Sequence[Document], day: date) -> Fresh:
    """Sign `documents`, and again what the window holds of theirs where they show that a line is boilerplate.

    Raises CorruptRecordError where two ids have one number.
    """
    options = partitions.options
    drafts = [draft(each, day, options) for each in sorted(documents, key=lambda each: each.id)]
    asked = _numbers(drafts)
    span = widened((each.day for each in drafts), 2 * options.window_days)
    partitions.show_signatures(span, asked, SIG)
    learnt = learn(partitions, drafts)
    nothing: frozenset[int] = frozenset()
    known = ((drafts.pop(), nothing) for _ in range(len(drafts)))  # a draft is let go when it is signed
    older = ((redraft(row, options.features), row["dropped"]) for row in unlearnt(partitions, learnt))
    made = (
        signed(each, learnt.get(each.day, nothing).union(cast("list[int]", dropped)), options.features)
        for each, dropped in chain(known, older)
    )
    return Fresh(*_in_pieces(made, options.features), asked)


def _in_pieces(made: Iterator[Signed], features: Features) -> tuple[pa.Table, pa.Table]:
    """Return the tables of all that is signed; no more than `_PIECE` documents are held as Python values at once."""
    pieces = []
    while piece := list(islice(made, _PIECE)):
        pieces.append(tables(piece, features))
    if not pieces:
        return tables((), features)
    sig, bands = (pa.concat_tables(side) for side in zip(*pieces, strict=True))
    return sig.sort_by("id"), bands.sort_by([("key", "ascending"), ("number", "ascending")])


def signed_before(partitions: Partitions, days: Sequence[date]) -> Fresh:
    """Return the documents of `days` as the window holds them, as if they were signed now."""
    features = partitions.options.features
    span = widened(days, 2 * partitions.options.window_days)
    partitions.show_signatures(span, (), SIG)
    partitions.database.register("asked_days", pa.table({"day": pa.array(days, pa.date32())}))
    found = partitions.table("SELECT * FROM window_sig SEMI JOIN asked_days USING (day) ORDER BY id")
    partitions.database.unregister("asked_days")
    rows = found.to_pylist()
    made = (signed(redraft(row, features), frozenset(row["dropped"]), features) for row in rows)
    sig, bands = _in_pieces(made, features)
    asked = frozenset(row["number"] for row in rows)
    partitions.show_signatures(span, asked, SIG)
    return Fresh(sig, bands, asked)


def _numbers(drafts: Sequence[Draft]) -> frozenset[int]:
    names: dict[int, object] = {}
    for each in drafts:
        if names.setdefault(each.number, each.row["id"]) != each.row["id"]:
            raise CorruptRecordError(
                f"documents {names[each.number]} and {each.row['id']} have one number, {each.number}; rename one"
            )
    return frozenset(names)
