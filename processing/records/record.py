"""What every record has: it is frozen, refuses unknown fields, and belongs to one version of the schema.

JSON that can be looked at: what a terminal could act on is written as an escape, and means the same to a program.
"""

import re
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

SCHEMA_VERSION = 1
"""Version of every record of this package; a reader refuses a higher one."""


class Record(BaseModel):
    """A frozen record that knows all its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def evolve(self, **values: Any) -> Self:
        """Return a copy with other values in some fields.

        Raises pydantic.ValidationError for a field that does not exist or a value that does not fit; pydantic's own
        `model_copy(update=…)` takes both without a word.
        """
        return type(self)(**(dict(self) | values))


_UNSAFE = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
"""C1 controls (ECMA-48), marks of direction (Unicode UAX #9), separators; below a blank JSON escapes by itself."""


def escaped(document: str) -> str:
    """Return a JSON document that says the same with escapes in place of what a terminal could act on."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", document)
