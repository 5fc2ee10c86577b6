"""What every record has: it is frozen, refuses unknown fields, and belongs to one version of the schema."""

from pydantic import BaseModel, ConfigDict

SCHEMA_VERSION = 1
"""Version of every record of this package; a reader refuses a higher one."""


class Record(BaseModel):
    """A frozen record that knows all its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
