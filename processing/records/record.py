"""The base class of all records: frozen, strict about fields, with one schema version.

Also the types of fields that become paths or counts, and escapes for text and JSON that a person
looks at in a terminal.
"""

import re
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

SCHEMA_VERSION = 2
"""Version of every record of this package; a reader refuses a higher one."""


class Record(BaseModel):
    """A frozen record that knows all its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def evolve(self, **values: Any) -> Self:
        """Return a copy with other values in some fields.

        Raises pydantic.ValidationError for a field that does not exist or a value that does not
        fit; pydantic's own `model_copy(update=…)` takes both without a word.
        """
        return type(self)(**(dict(self) | values))


KEY = r"^[A-Za-z0-9_=-][A-Za-z0-9._=-]*(/[A-Za-z0-9_=-][A-Za-z0-9._=-]*)*$"
"""What an object of an archive may be called: a relative ASCII path without dot segments."""
LONGEST_KEY = 900
"""Characters of a key: S3 allows 1024, and the prefix of the store counts."""

# Manifests, seals and reports may be somebody else's: what becomes a path must not lead elsewhere,
# and what is counted must be a count.
Key = Annotated[str, Field(pattern=KEY, max_length=LONGEST_KEY)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_=-][A-Za-z0-9._=-]*$", max_length=200)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0, le=2**53)]


def shown(text: str) -> str:
    """Return text from outside with escapes for what controls a terminal or text direction."""
    return _STEERING.sub(lambda letter: f"\\u{ord(letter[0]):04x}", text)


Shown = Annotated[str, AfterValidator(shown)]


def fault(error: ValidationError) -> str:
    """Return in one line the first fault of a record, and how many more there are."""
    first, *more = error.errors(include_input=False, include_url=False)
    where = ".".join(map(str, first["loc"]))
    others = f" and {len(more)} more" if more else ""
    return f"{f'{where}: ' if where else ''}{first['msg']}{others}"[:300]


_UNSAFE = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
"""C1 controls (ECMA-48), marks of direction (Unicode UAX #9), separators, lone surrogates.

Characters below a blank are escaped by JSON itself.
"""


def escaped(document: str) -> str:
    """Return an equal JSON document with escapes for what a terminal could act on."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


_STEERING = re.compile(rf"[\x00-\x08\x0b-\x1f]|{_UNSAFE.pattern}")
"""The same and C0 controls, except tab and line feed; in JSON these are escapes already."""
