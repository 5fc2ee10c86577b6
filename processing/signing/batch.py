"""Signs the documents of a batch, and earlier ones whose boilerplate the batch reveals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from processing.errors import CorruptRecordError
from processing.signing.boilerplate import Learnt, learn, occurrences, unlearnt
from processing.signing.documents import Document
from processing.signing.signature import Draft, draft, redraft, signed, tables
from processing.signing.window import Partitions, days_of, widened


@dataclass(frozen=True, slots=True)
class Fresh:
    """The documents that a fold signs: those asked for, and earlier ones signed again.

    Earlier ones are signed again where their boilerplate was learnt only now.

    `sig` has whole rows, with their texts.
    """

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
    """Sign `documents`, and again those of the window in which they reveal boilerplate.

    Raises CorruptRecordError where two ids have one number.
    """
    options = partitions.options
    drafts = [draft(each, day, options) for each in sorted(documents, key=lambda each: each.id)]
    asked = _numbers(drafts)
    span = widened((each.day for each in drafts), 2 * options.window_days)
    signatures = partitions.read_signatures(span, asked)
    learnt: Learnt = {}
    again: list[dict[str, object]] = []
    if options.features.learnt:
        places = occurrences(signatures, drafts, options.features)
        learnt = learn(places, (each.day for each in drafts), options)
        again = unlearnt(signatures, places, learnt)
    nothing: frozenset[int] = frozenset()
    # Popped, so that the memory of each draft is free when it is signed.
    known = ((drafts.pop(), nothing) for _ in range(len(drafts)))
    older = ((redraft(row), row["dropped"]) for row in again)
    made = (
        signed(each, learnt.get(each.day, nothing).union(cast("list[int]", dropped)))
        for each, dropped in chain(known, older)
    )
    return Fresh(*tables(made, options.features), asked)


def _numbers(drafts: Sequence[Draft]) -> frozenset[int]:
    names: dict[int, object] = {}
    for each in drafts:
        if names.setdefault(each.number, each.row["id"]) != each.row["id"]:
            raise CorruptRecordError(
                f"documents {names[each.number]} and {each.row['id']} have one number, "
                f"{each.number}; rename one"
            )
    return frozenset(names)
