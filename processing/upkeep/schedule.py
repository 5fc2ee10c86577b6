"""Which objects an audit looks at today, so that each is read once in a number of days.

Objects are dealt into as many shares as there are days, by a hash of their keys. An audit takes one
share for each day that has passed since the one before, those first that waited longest. When each
share was read last, and which objects were found damaged, is kept beside the witness, outside the
store: whoever can change the store cannot say that it was looked at.
"""

import hashlib
import logging
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import AwareDatetime, ValidationError

from processing.archive.manifests import Witness
from processing.errors import UsageError
from processing.records import Record

logger = logging.getLogger(__name__)

_DAY = timedelta(days=1)
_EARLY = timedelta(hours=2)
"""How much earlier than a day after the last one an audit still counts as the next day's."""


class AuditState(Record):
    """When each share was read last, and the keys of objects that were damaged then.

    `left` are the shares that an audit of everything has still to read; None where there is none.
    """

    days: int
    read: Mapping[int, AwareDatetime] = {}
    damaged: frozenset[str] = frozenset()
    left: frozenset[int] | None = None

    def after(self, share: int, now: datetime) -> "AuditState":
        """Return the state once a share was read."""
        left = None if self.left is None else self.left - {share}
        return self.evolve(read={**self.read, share: now}, left=left)


def share_of(key: str, days: int) -> int:
    """Return the share, 0 to `days` - 1, that the object under `key` belongs to."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) % days


def due(state: AuditState, now: datetime) -> list[int]:
    """Return the shares to read now, those that waited longest first."""
    waited = sorted(
        range(state.days), key=lambda share: (share in state.read, state.read.get(share), share)
    )
    # a set of shares, because clocks may be set back: a moment would leave some out
    if state.left is not None:
        return [share for share in waited if share in state.left]
    newest = max(state.read.values(), default=None)
    passed = (now - newest + _EARLY) // _DAY if newest else 1
    return waited[: max(1, passed)]


class Schedule:
    """Keeps the state of the audits of one store beside its witness."""

    def __init__(self, witness: Witness, days: int) -> None:
        self._path = witness.path.with_suffix(".audit.json")
        self._days = days

    def load(self) -> AuditState:
        """Return the state; an empty one before the first audit, or where the days changed."""
        try:
            state = AuditState.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return AuditState(days=self._days)
        except ValidationError:
            logger.warning("%s is damaged: the audit begins anew with its first share", self._path)
            return AuditState(days=self._days)
        if state.days == self._days:
            return state
        return AuditState(days=self._days, damaged=state.damaged)

    def keep(self, state: AuditState) -> None:
        """Write the state. Raises UsageError where it cannot be kept."""
        # several audits may keep theirs at once: each beside it, under a name of its own
        part = self._path.with_suffix(f".{secrets.token_hex(8)}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # then renamed: a full disk must not leave half a state
            part.write_text(state.model_dump_json() + "\n")
            part.replace(self._path)
        except OSError as error:
            raise UsageError(
                f"what was audited cannot be noted in {self._path.parent} ({error.strerror}): "
                "make room there, or name a folder in SILLOK_HEADS that can be written"
            ) from error
