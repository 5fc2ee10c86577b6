"""What changed between two states of a text, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_TOKENS = re.compile(r"\s+|[^\s]+")
_LONGEST = 5000
"""Words up to which one comparison is exact.

Longer texts are compared paragraph by paragraph first.
"""


@dataclass(frozen=True, slots=True)
class Edit:
    """A stretch of text that both states share, or that only one has.

    Kept + removed is the old state exactly.
    """

    kind: Literal["kept", "removed", "added"]
    text: str


def edits(old: str, new: str) -> Iterator[Edit]:
    """Yield how `old` becomes `new`."""
    before, after = _TOKENS.findall(old), _TOKENS.findall(new)
    if max(len(before), len(after)) > _LONGEST:
        before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for operation, start, end, other_start, other_end in matcher.get_opcodes():
        if operation == "equal":
            yield Edit("kept", "".join(before[start:end]))
            continue
        if end > start:
            yield Edit("removed", "".join(before[start:end]))
        if other_end > other_start:
            yield Edit("added", "".join(after[other_start:other_end]))
