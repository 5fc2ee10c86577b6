"""Every error that Sillok raises on purpose, and the exit codes of its commands.

* SillokError
  + TransientError            the same call may succeed later: retry (exit code 1)
    - StoreUnavailableError   the object store did not answer, or answered 5xx
    - StoreFullError          the store or the disk under it has no room
  + PermanentError            the same call will fail again: do not retry (exit code 2)
    - DeclarationError        an outlet file contradicts itself (raised on import)
    - UsageError              an argument or a setting is wrong; the message names it and the cure
    - StoreRefusedError       wrong credentials, no such bucket, not allowed
    - AlreadyExistsError      create-if-absent met an existing object
    - MissingError            a key, an article or a run that does not exist
    - CorruptRecordError      a stored object is not what its checksum or schema says

A page that is no article is data, not an error: see `processing.records.Rejection`.
Each message says what is wrong, where, and what to do.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended; 0 is done, unchanged or partial."""

    DONE = 0
    TRANSIENT = 1
    PERMANENT = 2
    UNHEALTHY = 3
    INTERRUPTED = 4
    BAD_ROWS = 5


class SillokError(Exception):
    """Base class of every error raised on purpose."""


class TransientError(SillokError):
    """The same call may succeed later; callers may retry."""


class StoreUnavailableError(TransientError):
    """The object store did not answer."""


class StoreFullError(TransientError):
    """There is no room left where the bytes should go."""


class PermanentError(SillokError):
    """The same call will fail again; callers must not retry."""


class DeclarationError(PermanentError):
    """An outlet is declared inconsistently."""


class UsageError(PermanentError):
    """An argument or a setting is wrong."""


class StoreRefusedError(PermanentError):
    """The store answered that we may not."""


class AlreadyExistsError(PermanentError):
    """Create-if-absent met an existing object."""


class MissingError(PermanentError):
    """What was asked for is not there."""


class CorruptRecordError(PermanentError):
    """A stored object does not read back as what it claims to be."""
