"""What an audit finds out about one object of an archive."""

from enum import StrEnum

from processing.records import Record


class ObjectFault(StrEnum):
    """What is wrong with an object."""

    MISSING = "missing"  # a manifest names it, and it is not there
    ALTERED = "altered"  # its bytes are not those that its manifest states
    TRUNCATED = "truncated"  # the same, and it is shorter than its manifest states
    SWAPPED = "swapped"  # it holds the bytes of another object, or of an earlier one
    ORPHANED = "orphaned"  # no publication writes such a name there, or no manifest named it
    UNREFERENCED = "unreferenced"  # no manifest names it any more, and it should be deleted by now


HARMLESS = frozenset({ObjectFault.ORPHANED, ObjectFault.UNREFERENCED})
"""Faults that change no answer: nobody reads what no manifest names."""


class AuditFinding(Record):
    """One fault of one object; `manifest` is the number of the manifest that names it."""

    fault: ObjectFault
    key: str
    manifest: int | None = None
    detail: str = ""

    @property
    def harmless(self) -> bool:
        return self.fault in HARMLESS

    def __str__(self) -> str:
        named = f", named by manifest {self.manifest}" if self.manifest else ""
        return f"{self.fault}: {self.key}{named}" + (f": {self.detail}" if self.detail else "")
