"""Puts right what an audit found: with the very bytes that a manifest states, or by a replacement.

An object that a manifest names is written again only with the bytes that the manifest states: from
the cache, from landing, from a copy of the store, or derived again from what it was made of. Where
the same bytes cannot be derived, a publication names a replacement and takes the damaged object out,
as a compaction does. Raw pages and manifests cannot be derived.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

from processing.archive import checkpoints, folding, layout, manifests
from processing.archive.catalogue import (
    Catalogue,
    CatalogueObject,
    DamagedPartError,
    LostPartError,
)
from processing.archive.intake import Job
from processing.archive.layout import NewObject
from processing.archive.manifests import ManifestLink, Snapshots, Witness
from processing.archive.publish import alone
from processing.archive.refolding import group
from processing.archive.removal import require_present
from processing.archive.tables import of_tables
from processing.errors import AlreadyExistsError, MissingError, StoreUnavailableError
from processing.landing.keys import folder
from processing.records import Manifest, Record, Removed, Sum
from processing.store.interface import Store
from processing.store.opening import allow_publishing
from processing.upkeep.chain import AuditFinding, ChainWalk, cached, copied, walk
from processing.upkeep.derived import (
    TOLD,
    Publications,
    Tables,
    backfilled,
    index,
    origins,
    remembered,
    replacements,
)
from processing.upkeep.rebuild import page_files
from processing.upkeep.recovery import PageReader

logger = logging.getLogger(__name__)

_TRIES = 20
"""How often a manifest number may be lost to another publisher before a repair gives up."""
_RAW = "raw pages cannot be derived: restore it from a copy (`sillok repair --copy STORE`)"
_LINK = "a manifest cannot be derived: restore it from a copy (`sillok repair --copy STORE`)"


class Replaced(Record):
    """A damaged object and what stands in its place: rows now, and rows as its manifest says."""

    key: str
    by: tuple[str, ...]
    rows: int | None = None
    of: int | None = None


class Unrepaired(Record):
    """An object that could not be put right, and why."""

    key: str
    why: str


class RepairResult(Record):
    """What a repair did; `manifests` are the numbers of the publications that it made."""

    dry_run: bool = False
    restored: tuple[str, ...] = ()
    replaced: tuple[Replaced, ...] = ()
    impossible: tuple[Unrepaired, ...] = ()
    manifests: tuple[int, ...] = ()


@dataclass(slots=True)
class Replacement:
    """What a publication of a repair adds and removes, and snapshots by outlet."""

    adds: list[NewObject] = field(default_factory=list)
    removes: list[str] = field(default_factory=list)
    memory: dict[str, NewObject] = field(default_factory=dict)
    backfills: dict[str, NewObject] = field(default_factory=dict)

    @property
    def objects(self) -> list[NewObject]:
        """All that is to be put."""
        return [*self.adds, *self.memory.values(), *self.backfills.values()]


def repair(
    job: Job, findings: Iterable[AuditFinding], reader: PageReader, copies: Sequence[Store] = ()
) -> RepairResult:
    """Put right what `findings` name; with `job.dry_run` only say what would be done.

    May be repeated, and run beside archivers and other repairs.
    """
    if job.dry_run:
        return Repair(job, reader, copies).done(findings)
    allow_publishing(job.store, job.options)
    with alone(job.options.heads, job.store) if job.options.single_writer else nullcontext():
        return Repair(job, reader, copies).done(findings)


class Repair:
    """One repair of one store."""

    def __init__(self, job: Job, reader: PageReader, copies: Sequence[Store]) -> None:
        self._job = job
        self._reader = reader
        self._copies = copies
        self._witness = Witness(job.options.heads, job.store)
        self._restored: list[str] = []
        self._replaced: dict[str, Replaced] = {}
        self._impossible: dict[str, str] = {}
        self._manifests: list[int] = []

    def done(self, findings: Iterable[AuditFinding]) -> RepairResult:
        """Repair, and return what was done."""
        wanted = {finding.key for finding in findings if not finding.harmless}
        walked = self._walked()
        links = {key for key in wanted if manifests.number(key) is not None}
        self._links(links, walked)
        if any(key in self._impossible for key in links):
            why = "the chain of manifests has to be whole first"
            self._impossible |= dict.fromkeys(sorted(wanted - links), why)
        else:
            self._objects(wanted - links)
        return RepairResult(
            dry_run=self._job.dry_run,
            restored=tuple(self._restored),
            replaced=tuple(self._replaced.values()),
            impossible=tuple(
                Unrepaired(key=key, why=why) for key, why in sorted(self._impossible.items())
            ),
            manifests=tuple(self._manifests),
        )

    def _walked(self) -> ChainWalk:
        job = self._job
        listed = {entry.key: entry for entry in job.store.list(manifests.FOLDER)}
        return walk(job.store, job.options.cache, self._witness, listed)

    def _links(self, keys: Iterable[str], walked: ChainWalk) -> None:
        """Put manifests back from the cache or a copy: nothing else has their bytes."""
        for key in sorted(keys):
            sha256 = walked.sums.get(manifests.number(key) or 0)
            wanted = Sum(key=key, sha256=sha256, bytes=0) if sha256 else None
            data = self._copy_of(wanted) if wanted else None
            if data is None:
                self._impossible[key] = _LINK
            else:
                self._restore(key, data)

    def _objects(self, keys: Iterable[str]) -> None:
        named = self._named()
        broken = {key: named[key] for key in sorted(keys) if key in named}
        for key, part in list(broken.items()):
            if (data := self._copy_of(part.sum) or self._landed(part)) is not None:
                self._restore(key, data)
                del broken[key]
            elif key.endswith(".warc.gz"):
                self._impossible[key] = _RAW
                del broken[key]
        if not broken:
            return
        # what is made again first: the others are made of it
        self._publish(lambda link: self._recovered(link, broken))
        self._publish(lambda link: self._made(link, broken))

    def _named(self) -> dict[str, CatalogueObject]:
        catalogue = self._catalogue()
        return dict(catalogue.parts) | catalogue.snapshots.objects

    def _catalogue(self) -> Catalogue:
        return Catalogue(self._job.store, self._job.options.cache)

    def _copy_of(self, wanted: Sum) -> bytes | None:
        return cached(self._job.options.cache, wanted.sha256) or copied(self._copies, wanted)

    def _landed(self, part: CatalogueObject) -> bytes | None:
        """Return the bytes of raw pages or their index where they still wait in landing."""
        if part.table != "pages":
            return None
        ending = ".cdxj" if part.key.endswith(".cdxj") else ".warc.gz"
        link = manifests.read(self._job.store, part.seq)
        stem = part.key.removesuffix(ending)
        for file in page_files(link.manifest):
            if file.sum.key.removesuffix(".warc.gz") == stem:
                key = f"{folder(file.outlet, file.run)}/seg-{file.segment:03d}{ending}"
                try:
                    data = self._job.store.get(key)
                except MissingError:
                    return None
                return data if hashlib.sha256(data).hexdigest() == part.sum.sha256 else None
        return None

    def _restore(self, key: str, data: bytes) -> None:
        if not self._job.dry_run:
            self._job.store.put(key, data)
        logger.info("%s in %s has its bytes again", key, self._job.store.url)
        self._restored.append(key)

    def _recovered(self, _: ManifestLink, broken: dict[str, CatalogueObject]) -> Replacement:
        """Return replacements for parts whose rows raw pages tell."""
        change = Replacement()
        catalogue = self._catalogue()
        self._forget_unnamed(broken)
        wanted = [part for part in broken.values() if part.table in TOLD and _is_part(part)]
        tables = Tables(catalogue, broken)
        publications = Publications(tables, self._reader, self._job.code_version)
        needed = {link.seq: link for part in wanted for link in origins(catalogue, part)}
        for seq in sorted(needed):
            publications.objects(needed[seq])
        for part in wanted:
            made = list(replacements(tables, part, publications))
            self._take(change, broken, part, made)
        return change

    def _made(self, link: ManifestLink, broken: dict[str, CatalogueObject]) -> Replacement:
        """Return replacements for indexes, snapshots, parts of the fold and checkpoints."""
        change = Replacement()
        catalogue = self._catalogue()
        self._forget_unnamed(broken)
        named = manifests.snapshots(self._job.store, link)
        for key, part in list(broken.items()):
            if part.key in named.objects:
                self._remember(change, named, broken, part)
            elif part.table == "pages":
                self._take(change, broken, part, _indexes(catalogue, part))
            elif layout.is_checkpoint(key) or part.table == "checkpoints":
                self._checkpoint(broken, part)
        self._refold(change, link, broken)
        return change

    def _remember(
        self,
        change: Replacement,
        named: Snapshots,
        broken: dict[str, CatalogueObject],
        part: CatalogueObject,
    ) -> None:
        """Make what is remembered of an outlet again from its rows."""
        tables = Tables(self._catalogue(), broken)
        where, prefix = _place(part.key)
        for outlet, snapshot in named.memory.items():
            if snapshot.key == part.key:
                data = remembered(tables, outlet).encode()
                made = NewObject(where, data, prefix=prefix, suffix=".gz")
                if self._take(Replacement(), broken, part, [made]):
                    change.memory[outlet] = made
        for outlet, snapshot in named.backfills.items():
            if snapshot.key == part.key:
                data = backfilled(tables, outlet).encode()
                made = NewObject(where, data, prefix="backfill-", suffix=".gz")
                if self._take(Replacement(), broken, part, [made]):
                    change.backfills[outlet] = made

    def _forget_unnamed(self, broken: dict[str, CatalogueObject]) -> None:
        """Leave out what another repair, or a compaction, has taken out of the archive meanwhile."""
        named = self._named()
        for key in [key for key in broken if key not in named]:
            del broken[key]

    def _checkpoint(self, broken: dict[str, CatalogueObject], part: CatalogueObject) -> None:
        """Make a checkpoint again, whose bytes follow from the manifests before it."""
        catalogue = self._catalogue()
        vars(catalogue)["link"] = manifests.read(self._job.store, part.seq - 1)
        made = next(
            (file for file in checkpoints.made(catalogue).files if file.key == part.key), None
        )
        if made is None:
            why = "it comes out otherwise; readers use the one before, and the next one replaces it"
            self._impossible[part.key] = why
        else:
            self._restore(part.key, made.data)
        del broken[part.key]

    def _refold(
        self, change: Replacement, link: ManifestLink, broken: dict[str, CatalogueObject]
    ) -> None:
        """Add what folding the articles of damaged parts again gives."""
        catalogue = self._catalogue()
        derived = [part for part in broken.values() if part.table in layout.DERIVED]
        without = {key for part in derived for key in group(catalogue, part)}
        while without:
            try:
                addition = self._folded(catalogue, without)
            except (DamagedPartError, LostPartError) as error:
                if error.part.table not in layout.DERIVED:
                    why = f"{error.part.key}, of which it is made, has to be repaired first"
                    self._impossible |= dict.fromkeys(sorted(part.key for part in derived), why)
                    return
                without |= group(catalogue, error.part)
                continue
            self._take_folded(change, link, addition, without)
            return

    def _take_folded(
        self,
        change: Replacement,
        link: ManifestLink,
        addition: folding.Addition,
        without: Iterable[str],
    ) -> None:
        """Name what was folded again in place of the damaged parts."""
        made = list(of_tables(addition.tables, link.manifest.seq + 1))
        change.adds += made
        for key in sorted(without):
            change.removes.append(key)
            by = tuple(
                replacement.key for replacement in made if _table(replacement.key) == _table(key)
            )
            self._replaced[key] = Replaced(key=key, by=by)

    def _folded(self, catalogue: Catalogue, without: set[str]) -> folding.Addition:
        options = self._job.options
        return folding.folded(
            (),
            catalogue,
            self._job.outlets,
            options.fold_window_days,
            options.cache,
            without=without,
        )

    def _take(
        self,
        change: Replacement,
        broken: dict[str, CatalogueObject],
        part: CatalogueObject,
        made: Sequence[NewObject],
    ) -> bool:
        """Restore a part where its bytes came out; else name what replaces it, and tell so."""
        same = next(
            (replacement for replacement in made if replacement.sum.sha256 == part.sum.sha256), None
        )
        if same:
            self._restore(part.key, same.data)
            del broken[part.key]
            return False
        if not made:
            self._impossible[part.key] = "nothing that it was made of is left"
            del broken[part.key]
            return False
        change.adds += made
        change.removes.append(part.key)
        rows = (
            sum(replacement.sum.rows or 0 for replacement in made)
            if part.sum.rows is not None
            else None
        )
        by = tuple(replacement.key for replacement in made)
        self._replaced[part.key] = Replaced(key=part.key, by=by, rows=rows, of=part.sum.rows)
        return True

    def _publish(self, build: Callable[[ManifestLink], Replacement]) -> None:
        """Publish a change on the head, and again on each newer head, until it stands."""
        for _ in range(_TRIES):
            link = manifests.head(self._job.store)
            if link is None:
                return
            change = build(link)
            if self._job.dry_run or not (change.objects or change.removes):
                return
            try:
                self._manifests.append(self._committed(link, change))
            except AlreadyExistsError:
                logger.info("another publication came first; this repair begins again on its head")
            else:
                return
        raise StoreUnavailableError(
            f"others published {_TRIES} times meanwhile; run the same again later"
        )

    def _committed(self, link: ManifestLink, change: Replacement) -> int:
        store, head = self._job.store, link.manifest
        self._witness.check(store, link)
        self._witness.require_writable()
        due = layout.adds_checkpoint(head.seq + 1)
        checkpoint = checkpoints.made(self._catalogue()) if due else checkpoints.NOTHING
        self._put([*change.objects, *checkpoint.files])
        removes = [Removed(key=key, reason="repair") for key in sorted({*change.removes})]
        digest = hashlib.sha256("\n".join(removed.key for removed in removes).encode()).hexdigest()
        adds = sorted(
            (added.sum for added in (*change.adds, *checkpoint.files)), key=lambda added: added.key
        )
        named = manifests.snapshots(store, link).changed(
            {name: snapshot.sum for name, snapshot in change.memory.items()},
            {name: snapshot.sum for name, snapshot in change.backfills.items()},
            adds,
        )
        manifest = Manifest(
            seq=head.seq + 1,
            previous=link.sha256,
            batch=f"repair-{digest[:16]}",
            published_at=self._job.now,
            adds=tuple(adds),
            removes=(*checkpoint.removes, *removes),
            memory=named.memory,
            backfills=named.backfills,
            code_version=self._job.code_version,
            lock_sha256=self._job.lock_sha256,
        )
        return manifests.append(store, self._witness, manifest).manifest.seq

    def _put(self, objects: Sequence[NewObject]) -> None:
        for put_object in objects:
            self._job.store.put(put_object.key, put_object.data)
        if gone := require_present(self._job.store, [put_object.key for put_object in objects]):
            raise AlreadyExistsError(f"{gone[0]} was deleted while it was published")


def _is_part(part: CatalogueObject) -> bool:
    return part.key.endswith(".parquet")


def _table(key: str) -> str:
    return key.partition("/")[0]


def _place(key: str) -> tuple[str, str]:
    """Return the folder of a snapshot, and how its name begins."""
    where, _, name = key.rpartition("/")
    return where, "snapshot-" if name.startswith("snapshot-") else ""


def _indexes(catalogue: Catalogue, wanted: CatalogueObject) -> list[NewObject]:
    """Return the index of raw pages again: that of one file, or of several of a day."""
    if not wanted.key.endswith(".cdxj") or not (data := index(catalogue, wanted)):
        return []
    where, rows = wanted.key.rpartition("/")[0], data.count(b"\n")
    return [NewObject(where, data, prefix="index-", suffix=".cdxj", rows=rows)]
