"""Looks whether an archive still is what its manifests say: every object, in turn, by its SHA-256.

Every audit lists the store, so that what is missing, cut short or not ours is found on the day when
it happens; it compares the head with the witness and reads the bytes of a share of the objects
(`due`). An audit of everything walks the whole chain of manifests as well. It changes nothing
in the store.

Objects are dealt into as many shares as there are days, by a hash of their keys. An audit takes one
share for each day that has passed since the one before, those first that waited longest. When each
share was read last, and which objects were found damaged, is kept beside the witness, outside the
store: whoever can change the store cannot say that it was looked at.
"""

import hashlib
import logging
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from pydantic import AwareDatetime, ValidationError

from processing.archive import manifests
from processing.archive.catalogue import Catalogue, CatalogueObject
from processing.archive.manifests import Witness
from processing.archive.removal import is_ours
from processing.errors import CorruptRecordError, MissingError, UsageError
from processing.records import Record
from processing.settings import Settings
from processing.store.interface import ListedObject, Store
from processing.upkeep.chain import AuditFinding, ChainWalk, ObjectFault, walk

logger = logging.getLogger(__name__)

_THREADS = 4
_PIECE = 8 << 20
"""Bytes of an object that are in memory at once, in each thread."""
_TOGETHER = 64
_OUTSIDE = ("landing/", "removals/", "claims/", "outages/", "probe/")
"""Folders of what no manifest names, and what comes and goes there."""
_GRACES = 2
"""How many times the grace of deletions an object may lie unnamed before it is listed."""
_DAY = timedelta(days=1)
_EARLY = timedelta(hours=2)
"""How much earlier than a day after the last one an audit still counts as the next day's."""
Progress = Callable[[int, int], None]
"""Called with how many objects were read, and of how many."""


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

    def begun(self, *, everything: bool) -> AuditState:
        """Return the state to go on with; of an audit of everything, note that it has begun."""
        state = self.load()
        if not everything:
            return state.evolve(left=None)
        state = state.evolve(left=state.left or frozenset(range(self._days)))
        self.keep(state)
        return state

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


class Audited(Record):
    """What an audit looked at and found.

    `objects` and `bytes` are those that were read, `named` counts all that the head names. `shares`
    were read of `days`. `witnessed` says whether there was a witness of the head.
    """

    named: int
    objects: int
    bytes: int
    shares: int
    days: int
    witnessed: bool
    findings: tuple[AuditFinding, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong with what a manifest names."""
        return all(finding.harmless for finding in self.findings)


@dataclass(slots=True)
class _Named:
    """What the manifests name: objects by key, each sum ever named, and the manifests themselves.

    `links` are the numbers of manifests that a walk has not read.
    """

    objects: Mapping[str, CatalogueObject]
    earlier: Mapping[str, str]
    findings: list[AuditFinding] = field(default_factory=list)
    links: Sequence[int] = ()


def audit(
    store: Store,
    options: Settings,
    *,
    now: datetime,
    days: int,
    everything: bool = False,
    progress: Progress = lambda *_: None,
) -> Audited:
    """Audit the shares that are due, or everything, and return what was found.

    An audit of everything that was interrupted goes on with the shares that it had not read.
    """
    witness = Witness(options.heads, store)
    schedule = Schedule(witness, days)
    state = schedule.begun(everything=everything)
    listed = {entry.key: entry for entry in store.list("")}
    named = _named(store, options, witness, listed, everything=everything)
    objects = Objects(store, listed, named.earlier)
    broken = list(objects.absent(named.objects.values()))
    known = state.damaged.intersection(named.objects).difference(finding.key for finding in broken)
    broken += objects.check(known, named.objects)
    shares = due(state, now)
    wanted = _by_share(named, shares, days, {finding.key for finding in broken} | known)
    broken += _read(schedule, objects, named, shares=wanted, progress=progress, now=now)
    _keep(schedule, broken, whole=everything)
    findings = [*named.findings, *broken, *unnamed(store, named.objects, listed, options, now)]
    return Audited(
        named=len(named.objects),
        objects=objects.read,
        bytes=objects.bytes,
        shares=len(shares),
        days=days,
        witnessed=witness.seen() is not None,
        findings=tuple(sorted(findings, key=lambda finding: (finding.harmless, finding.key))),
    )


def _keep(schedule: Schedule, broken: Sequence[AuditFinding], *, whole: bool) -> None:
    """Note which objects are damaged, and that an audit of everything has ended."""
    end = schedule.load().evolve(damaged=frozenset(finding.key for finding in broken))
    schedule.keep(end.evolve(left=None) if whole else end)


def _read(
    schedule: Schedule,
    objects: "Objects",
    named: _Named,
    *,
    shares: Mapping[int, Sequence[str]],
    progress: Progress,
    now: datetime,
) -> Iterator[AuditFinding]:
    """Read the objects of each share, note that it was read, and yield what is damaged."""
    state, total = schedule.load(), sum(map(len, shares.values()))
    for share, keys in shares.items():
        links = [seq for seq in named.links if share_of(manifests.key(seq), state.days) == share]
        findings = [*objects.links(links), *objects.check(keys, named.objects, progress, total)]
        # after each share: when this is interrupted, what was read need not be read again
        damaged = state.damaged | {finding.key for finding in findings}
        state = state.after(share, now).evolve(damaged=damaged)
        schedule.keep(state)
        yield from findings


def _by_share(
    named: _Named, shares: Sequence[int], days: int, skip: Collection[str]
) -> dict[int, list[str]]:
    wanted: dict[int, list[str]] = {share: [] for share in shares}
    for key in named.objects:
        if key not in skip and (share := share_of(key, days)) in wanted:
            wanted[share].append(key)
    return wanted


def _named(
    store: Store,
    options: Settings,
    witness: Witness,
    listed: Mapping[str, ListedObject],
    *,
    everything: bool,
) -> _Named:
    """Return what the head names, by the quick way of every reader, or by a walk of the chain."""
    if not everything:
        try:
            catalogue = Catalogue(store, options.cache, options.heads)
            head = catalogue.head
            objects = dict(catalogue.parts) | catalogue.snapshots.objects
        except (CorruptRecordError, MissingError) as error:
            logger.info("%s; the whole chain is walked", error)
        else:
            sums = {part.sum.sha256: key for key, part in objects.items()}
            last = head.seq if head else 0
            return _Named(objects, sums, _gone(store, listed, last), range(1, last))
    walked = walk(store, options.cache, witness, listed)
    findings = walked.findings
    if everything and not findings:
        findings = list(_differences(store, options, walked))
    return _Named(walked.named, walked.earlier, findings)


def _gone(store: Store, listed: Mapping[str, ListedObject], last: int) -> list[AuditFinding]:
    """Return the manifests up to number `last` that are neither listed nor there by now."""
    return [
        AuditFinding(fault=ObjectFault.MISSING, key=manifests.key(seq), manifest=seq)
        for seq in range(1, last + 1)
        if manifests.key(seq) not in listed and not store.exists(manifests.key(seq))
    ]


def _differences(store: Store, options: Settings, walked: ChainWalk) -> Iterator[AuditFinding]:
    """Yield what a reader takes for named and the chain does not name, or the other way round."""
    try:
        parts = dict(Catalogue(store, options.cache).parts)
    except (CorruptRecordError, MissingError):
        return
    memory = walked.snapshots.objects
    named = {key: part for key, part in walked.named.items() if key not in memory}
    for key in sorted(parts.keys() | named.keys()):
        if parts.get(key) != named.get(key):
            detail = "readers and the chain of manifests do not agree about it"
            part = named.get(key) or parts[key]
            yield AuditFinding(fault=ObjectFault.ALTERED, key=key, manifest=part.seq, detail=detail)


class Objects:
    """Reads objects and compares them with what their manifests state.

    `earlier` are the keys of all objects that were ever named, by SHA-256. `read` and `bytes` count
    what was read so far.
    """

    def __init__(
        self, store: Store, listed: Mapping[str, ListedObject], earlier: Mapping[str, str]
    ) -> None:
        self._store = store
        self._listed = listed
        self._earlier = earlier
        self.read = 0
        self.bytes = 0

    def absent(self, parts: Iterable[CatalogueObject]) -> Iterator[AuditFinding]:
        """Yield the objects that are not listed, or not in their size."""
        for part in parts:
            entry = self._listed.get(part.key)
            unlike = entry is None or entry.size != part.sum.bytes
            # it may have been written since the list was made
            if unlike and (finding := self.examined(part)):
                yield finding

    def check(
        self,
        keys: Iterable[str],
        named: Mapping[str, CatalogueObject],
        progress: Progress = lambda *_: None,
        total: int = 0,
    ) -> Iterator[AuditFinding]:
        """Read objects, several at once, and yield those that are damaged."""
        remaining = iter(keys)
        with ThreadPoolExecutor(_THREADS) as pool:
            while batch := [named[key] for key in islice(remaining, _TOGETHER)]:
                yield from filter(None, pool.map(self.examined, batch))
                progress(self.read, total)

    def links(self, numbers: Iterable[int]) -> Iterator[AuditFinding]:
        """Compare manifests with the sums that their successors state."""
        for seq in numbers:
            try:
                after = manifests.read(self._store, seq + 1).manifest
                data = self._store.get(manifests.key(seq))
            except (CorruptRecordError, MissingError):
                continue  # a finding of its own
            if hashlib.sha256(data).hexdigest() != after.previous:
                yield AuditFinding(
                    fault=ObjectFault.ALTERED,
                    key=manifests.key(seq),
                    manifest=seq,
                    detail=f"its SHA-256 is not the one that manifest {seq + 1} states",
                )

    def examined(self, part: CatalogueObject) -> AuditFinding | None:
        """Read one object; return what is wrong with it, or None."""
        size, sha256 = self._digest(part.key, self._listed.get(part.key))
        if sha256 != part.sum.sha256:
            # it may have been written since the list was made
            size, sha256 = self._digest(part.key, None)
        finding = partial(AuditFinding, key=part.key, manifest=part.seq)
        if sha256 is None:
            return finding(fault=ObjectFault.MISSING)
        self.read += 1
        self.bytes += size
        if sha256 == part.sum.sha256:
            return None
        if other := self._earlier.get(sha256):
            return finding(fault=ObjectFault.SWAPPED, detail=f"it holds the bytes of {other}")
        if size < part.sum.bytes:
            detail = f"it has {size:,} bytes of {part.sum.bytes:,}"
            return finding(fault=ObjectFault.TRUNCATED, detail=detail)
        return finding(
            fault=ObjectFault.ALTERED, detail="its SHA-256 is not the one that its manifest states"
        )

    def _digest(self, key: str, entry: ListedObject | None) -> tuple[int, str | None]:
        """Return size and SHA-256 of an object, read piece by piece; None where it is missing."""
        if entry is None:
            entry = next((listed for listed in self._store.list(key) if listed.key == key), None)
        if entry is None:
            return 0, None
        sha256, size = hashlib.sha256(), 0
        try:
            while size < entry.size and (piece := self._store.get_range(key, size, _PIECE)):
                sha256.update(piece)
                size += len(piece)
        except MissingError:
            return 0, None
        return size, sha256.hexdigest()


def unnamed(
    store: Store,
    named: Mapping[str, CatalogueObject],
    listed: Mapping[str, ListedObject],
    options: Settings,
    now: datetime,
) -> Iterator[AuditFinding]:
    """Yield what lies in the archive's folders, is older than it should be, and is named nowhere."""
    before = now - _GRACES * timedelta(hours=options.remove_after_hours)
    for key, entry in listed.items():
        if key in named or key.startswith(_OUTSIDE) or "/" not in key:
            continue
        if manifests.number(key) is not None or entry.modified >= before:
            continue
        if is_ours(key):
            yield AuditFinding(fault=ObjectFault.UNREFERENCED, key=key)
        else:
            detail = f"no manifest of {store.url} names it"
            yield AuditFinding(fault=ObjectFault.ORPHANED, key=key, detail=detail)
