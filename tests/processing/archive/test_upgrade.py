"""Another version of the fold takes over an archive: what the one before signed is signed again, whole and at once."""

import logging
import os
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import ClassVar

import duckdb
import pyarrow as pa
import pytest

from processing.archive import manifests
from processing.archive.catalogue import Catalogue
from processing.archive.compaction import CompactionJob, compact
from processing.archive.folding import Addition
from processing.archive.refolding import UnsignedArticles
from processing.dedupe import steps
from processing.dedupe.fold import Folded
from processing.dedupe.steps import Steps
from processing.lookup.articles import timeline
from processing.lookup.sql import ask
from processing.records import Article, Publication, Removed, Stamp
from processing.settings import Settings
from processing.signing import documents
from processing.signing.columns import CLUSTERS
from processing.signing.documents import FoldOptions
from processing.signing.window import (
    FolderWindow,
    PartitionKind,
    PartitionPart,
    Window,
    write_part,
)
from processing.store.file_store import FileStore
from processing.store.interface import Store
from tests.processing.conftest import CEPH
from tests.processing.dedupe.made import LIBRARY, RIVER
from tests.processing.newsroom import NOON, Crawl, article
from tests.processing.papers import DAY, PAPERS, by_day, press, reprint

Archive = Callable[..., Publication]
HOUR = timedelta(hours=1)


@pytest.fixture
def upgrade(monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Install another version of the fold: the fingerprint is another one from now on."""

    def run() -> str:
        before = FoldOptions().fingerprint
        monkeypatch.setattr(documents, "RULES", documents.RULES + 1000)
        assert FoldOptions().fingerprint != before
        return before

    return run


def published(store: Store, archive: Archive, *articles: Article, **given: object) -> Publication:
    """Land what was read and publish it an hour after the newest of it was fetched."""
    at = max(one.fetched_at for one in articles)
    for outlet in sorted({one.outlet for one in articles}):
        mine = [one for one in articles if one.outlet == outlet]
        Crawl(
            outlet=outlet, run=f"{at:%Y%m%dT%H%M%SZ}-{outlet[:6]:0<6}", articles=mine, at=at
        ).land(store)
    return archive(store, now=at + HOUR, **given)


def told(store: Store, cache: Path) -> dict[str, tuple[object, ...]]:
    """Return what a reader of the archive learns of each version."""
    statement = "SELECT version_id, cluster, original, relation, parent FROM clusters"
    return {row[0]: row[1:] for row in ask(Catalogue(store, cache), statement).rows}


def signed(store: Store, cache: Path) -> list[str]:
    """Return the ids of documents that have signatures of the present version, one for each row."""
    folder = f"dedupe/v={FoldOptions().fingerprint}/sig/"
    catalogue = Catalogue(store, cache)
    paths = [
        str(catalogue.local(part)) for part in catalogue.of("dedupe") if part.key.startswith(folder)
    ]
    return [
        row[0]
        for row in duckdb.sql(
            "SELECT id FROM read_parquet($paths)", params={"paths": paths}
        ).fetchall()
    ]


def content(store: Store) -> dict[str, bytes]:
    return {entry.key: store.get(entry.key) for entry in store.list("")}


@pytest.mark.parametrize(
    "each", ["directory", pytest.param("swift", marks=pytest.mark.full), *CEPH], indirect=True
)
def test_a_reprint_of_what_the_version_before_archived_is_found(
    each: Store, archive: Archive, upgrade: Callable[[], str], tmp_path: Path
) -> None:
    wire, other = article("narae", 5), article("hanbit", 17)
    published(each, archive, wire, other)
    before = upgrade()
    copy = reprint(5, NOON + 3 * DAY)
    said = published(each, archive, copy)
    assert (said.outlets["hanbit"].reprints, said.signed_again) == (1, 2)
    rows = told(each, tmp_path / "cache")
    assert set(rows) == {wire.version_id, other.version_id, copy.version_id}
    assert rows[copy.version_id][1:] == (wire.version_id, "copy", wire.version_id)
    assert rows[copy.version_id][0] == rows[wire.version_id][0]
    assert [
        row["version_id"] for row in timeline(Catalogue(each, tmp_path / "cache"), copy.version_id)
    ] == [
        wire.version_id,
        copy.version_id,
    ]
    assert sorted(signed(each, tmp_path / "cache")) == sorted(rows)
    assert any(entry.key.startswith(f"dedupe/v={before}/") for entry in each.list("dedupe/")), (
        "nothing is taken away"
    )
    assert archive(each, now=NOON + 4 * DAY).unchanged
    assert published(each, archive, article("hanbit", 30, at=NOON + 4 * DAY)).signed_again == 0


def test_an_upgrade_ends_where_the_new_version_alone_would_have_ended(
    store: FileStore, archive: Archive, upgrade: Callable[[], str], tmp_path: Path
) -> None:
    *days, newest = by_day(press())
    for day in days:
        published(store, archive, *day, outlets=PAPERS)
    upgrade()
    said = published(store, archive, *newest, outlets=PAPERS)
    assert said.signed_again == sum(map(len, days))
    fresh = FileStore(tmp_path / "fresh")
    apart = Settings(cache=tmp_path / "fresh-cache", heads=tmp_path / "fresh-heads")
    for day in (*days, newest):
        published(fresh, archive, *day, outlets=PAPERS, options=apart)
    rows = told(store, tmp_path / "cache")
    assert rows == told(fresh, tmp_path / "fresh-cache")
    assert {"copy", "series"} <= {row[2] for row in rows.values()}
    assert not [key for key in content(store) if "/aliases/" in key], (
        "no name was retired on the way"
    )
    assert sorted(signed(store, tmp_path / "cache")) == sorted(rows), "each document has one row"
    assert len(signed(fresh, tmp_path / "fresh-cache")) > len(rows), (
        "no boilerplate was learnt late"
    )


def test_where_nothing_is_missing_the_keys_say_so(
    store: FileStore, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(store, archive, article("narae", 5))
    monkeypatch.setattr(
        "processing.archive.refolding.Partitions", lambda *_: pytest.fail("parts were read")
    )
    assert published(store, archive, reprint(5, NOON + DAY)).outlets["hanbit"].reprints == 1


def test_what_shares_a_cluster_with_the_window_is_signed_however_old_it_is(
    store: FileStore,
    archive: Archive,
    upgrade: Callable[[], str],
    options: Settings,
    tmp_path: Path,
) -> None:
    short = options.model_copy(update={"fold_window_days": 3})
    chain = [
        article("narae", 5),
        *(reprint(5, NOON + days * DAY, f"paper{days}") for days in (2, 4, 6)),
    ]
    strangers = [article("hanbit", number, at=NOON + number * DAY) for number in range(6)]
    for day in by_day([*chain, *strangers]):
        published(store, archive, *day, options=short)
    before = told(store, tmp_path / "cache")
    upgrade()
    late = max(
        (reprint(5, NOON + 8 * DAY, f"late{n}") for n in range(9)), key=lambda one: one.article_id
    )
    said = published(store, archive, late, options=short)
    assert said.signed_again == 5, "four of the chain, and the stranger of the fifth day"
    rows = told(store, tmp_path / "cache")
    assert rows.pop(late.version_id)[1] == chain[0].version_id
    assert rows == before
    clusters = [
        part for part in Catalogue(store, tmp_path / "cache").of("clusters") if part.seq == said.seq
    ]
    assert [part.sum.rows for part in clusters] == [1], (
        "rows that did not change are not written again"
    )


def test_a_link_to_what_is_not_signed_stays_as_it_was_told(
    store: FileStore,
    archive: Archive,
    upgrade: Callable[[], str],
    options: Settings,
    tmp_path: Path,
) -> None:
    short = options.model_copy(update={"fold_window_days": 3})
    half = "\n".join([*RIVER.split("\n")[:4], *LIBRARY.split("\n")[-3:]])
    source = article("narae", 5, text=RIVER)
    reworked = article("hanbit", 6, at=NOON + 3 * DAY, text=half, published=None)
    for one in (source, reworked):
        published(store, archive, one, options=short)
    before = told(store, tmp_path / "cache")
    assert before[reworked.version_id][2:] == ("derivative", source.version_id)
    upgrade()
    said = published(store, archive, article("narae", 61, at=NOON + 6 * DAY), options=short)
    assert said.signed_again == 1, "the later one alone is within the window"
    assert before.items() <= told(store, tmp_path / "cache").items()


def dying(window: FolderWindow, kind: PartitionKind, day: date, name: str, table: pa.Table) -> Path:
    """Write a part, but die in the middle of the third step."""
    if name == "000002" and kind == "texts":
        raise KeyboardInterrupt
    path = window.root / kind / f"day={day}" / f"{name}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_part(table, path)
    return path


def test_an_interrupted_publication_goes_on_and_ends_in_the_same_bytes(
    store: FileStore,
    archive: Archive,
    upgrade: Callable[[], str],
    options: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tmp_path = options.cache.parent
    days = [[article("narae", number, at=NOON + number * DAY)] for number in range(4)]
    apart = options.model_copy(
        update={"cache": tmp_path / "apart", "heads": tmp_path / "apart-heads"}
    )
    other = FileStore(tmp_path / "other")
    for day in days:
        published(store, archive, *day)
        published(other, archive, *day, options=apart)
    upgrade()
    version = documents.RULES
    newest = reprint(2, NOON + 5 * DAY)
    published(other, archive, newest, options=apart)
    monkeypatch.setattr(FolderWindow, "write", dying)
    with pytest.raises(KeyboardInterrupt):
        published(store, archive, newest)
    monkeypatch.undo()
    monkeypatch.setattr(documents, "RULES", version)
    before = content(store)
    assert [key for key in before if key.startswith("manifests/")] == [
        manifests.key(seq) for seq in (1, 2, 3, 4)
    ]
    (work,) = (tmp_path / "cache").glob("signing-*")
    done = [path.name for path in sorted(work.iterdir()) if path.name[0] != "."]
    assert done == ["000000", "000001"]
    kept = {path: path.stat().st_mtime_ns for path in work.rglob("00000[01]/**/*.parquet")}
    assert archive(now=NOON + 5 * DAY + HOUR, dry_run=True).signed_again == 4
    assert {path: path.stat().st_mtime_ns for path in kept} == kept, (
        "a finished day was signed once more"
    )
    assert archive(now=NOON + 5 * DAY + HOUR).signed_again == 4
    assert content(store) == content(other)
    assert not list((tmp_path / "cache").glob("signing-*"))


def test_a_dry_run_publishes_nothing_and_leaves_its_work_to_the_next(
    store: FileStore, archive: Archive, upgrade: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    published(store, archive, article("narae", 5))
    upgrade()
    published(store, archive, reprint(5, NOON + DAY), dry_run=True)
    assert manifests.head(store).manifest.seq == 1
    monkeypatch.setattr(UnsignedArticles, "documents", lambda *_: pytest.fail("signed twice"))
    said = archive(now=NOON + DAY + HOUR)
    assert (said.seq, said.signed_again, said.outlets["hanbit"].reprints) == (2, 1, 1)


def test_versions_that_take_turns_sign_only_what_the_other_brought(
    store: FileStore,
    archive: Archive,
    upgrade: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    published(store, archive, article("narae", 5), article("narae", 6))
    first = documents.RULES
    upgrade()
    assert published(store, archive, reprint(5, NOON + DAY)).signed_again == 2
    monkeypatch.setattr(documents, "RULES", first)
    said = published(store, archive, reprint(5, NOON + 2 * DAY, "paper"))
    assert (said.signed_again, said.outlets["paper"].reprints) == (1, 1)
    clusters = {row[0] for row in told(store, tmp_path / "cache").values()}
    assert len(clusters) == 2


def test_a_day_that_comes_late_has_its_own_window_signed(
    store: FileStore, archive: Archive, upgrade: Callable[[], str], tmp_path: Path
) -> None:
    wire = article("narae", 5)
    published(store, archive, wire)
    published(store, archive, article("narae", 6, at=NOON + 60 * DAY))
    upgrade()
    assert published(store, archive, article("narae", 7, at=NOON + 61 * DAY)).signed_again == 1
    late = reprint(5, NOON + DAY)
    said = published(store, archive, late)
    assert (said.signed_again, said.outlets["hanbit"].reprints) == (1, 1)
    assert told(store, tmp_path / "cache")[late.version_id][1] == wire.version_id


def test_what_is_in_the_archive_no_longer_is_passed_over(
    store: FileStore, archive: Archive, upgrade: Callable[[], str], tmp_path: Path
) -> None:
    gone, kept = article("narae", 5), article("narae", 6, published=None)
    published(store, archive, gone, kept)
    head = manifests.head(store)
    key = next(one.key for one in head.manifest.adds if one.key.startswith("articles/month=2026"))
    taken = head.manifest.model_copy(
        update={
            "seq": 2,
            "previous": head.sha256,
            "adds": (),
            "removes": (Removed(key=key, reason="takedown", reference="1"),),
        }
    )
    store.put(manifests.key(2), taken.model_dump_json().encode(), create=True)
    upgrade()
    copy = reprint(6, NOON + DAY)
    assert published(store, archive, copy).seq == 3
    assert sorted(signed(store, tmp_path / "cache")) == sorted([kept.version_id, copy.version_id])


def test_signing_again_is_told_in_the_log_and_in_the_manifest(
    store: FileStore, archive: Archive, upgrade: Callable[[], str], caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(2):
        published(store, archive, article("narae", number, at=NOON + number * DAY))
    upgrade()
    with caplog.at_level(logging.INFO, "processing.archive.refolding"):
        published(store, archive, article("narae", 7, at=NOON + 2 * DAY))
    said = [
        record.getMessage()
        for record in caplog.records
        if record.name == "processing.archive.refolding"
    ]
    assert said == [
        "2 articles of 2 days have no signatures of this version of the fold: sign them",
        "signed 2026-11-20, 1 articles (1 of 2)",
        "signed 2026-11-21, 1 articles (2 of 2)",
    ]
    chain = [
        link.manifest.counts.get("signed_again")
        for link in manifests.since(store, manifests.head(store), 1)
    ]
    assert chain == [2, None, None]


def test_work_that_nobody_took_up_again_goes_after_a_day(
    store: FileStore, archive: Archive, upgrade: Callable[[], str], tmp_path: Path
) -> None:
    published(store, archive, article("narae", 5))
    upgrade()
    old, young = ((tmp_path / "cache" / f"signing-{name}") for name in ("old", "young"))
    for folder in (old, young):
        folder.mkdir(parents=True)
    os.utime(old, (1, 1))
    published(store, archive, article("narae", 6, at=NOON + DAY))
    assert [path.name for path in (tmp_path / "cache").glob("signing-*")] == ["signing-young"]


class MeetingSteps(Steps):
    """Steps that call `meeting` before and after each use of their folder."""

    meeting: ClassVar[Callable[[], object]] = lambda: None

    def __init__(self, root: Path, below: Window | None = None) -> None:
        super().__init__(root, below)
        MeetingSteps.meeting()

    def added(
        self, kind: PartitionKind, first: date = date.min, last: date = date.max
    ) -> list[PartitionPart]:
        """Return the parts, which may be deleted before they are read."""
        parts = super().added(kind, first, last)
        MeetingSteps.meeting()
        return parts

    def keep(self, name: str, folded: Folded) -> None:
        """Write a fold, whose folder may be deleted before and after."""
        MeetingSteps.meeting()
        super().keep(name, folded)
        MeetingSteps.meeting()


class NthMeeting:
    """Does something at the n-th meeting, and counts all."""

    def __init__(self, wanted: int) -> None:
        self.count, self._wanted = 0, wanted
        self.happens: Callable[[], object] = lambda: None

    def __call__(self) -> None:
        self.count += 1
        if self.count == self._wanted:
            self.happens()


@pytest.mark.parametrize("who", ["an archiver", pytest.param("a person", marks=pytest.mark.full)])
@pytest.mark.parametrize("moments", ["some", pytest.param("all", marks=pytest.mark.full)])
def test_a_working_folder_may_be_deleted_at_any_moment(
    *,
    moments: str,
    who: str,
    store: FileStore,
    archive: Archive,
    upgrade: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    options: Settings,
) -> None:
    for number in range(2):
        published(store, archive, article("narae", number, at=NOON + number * DAY))
    upgrade()
    Crawl(
        outlet="hanbit", run="20261122T030000Z-hanbit", articles=[reprint(1, NOON + 2 * DAY)]
    ).land(store)
    monkeypatch.setattr(steps, "Steps", MeetingSteps)

    def run(name: str, meeting: NthMeeting) -> tuple[Publication, dict[str, bytes]]:
        """Publish a copy of the archive."""
        copy = FileStore(tmp_path / name / "archive")
        shutil.copytree(tmp_path / "archive", tmp_path / name / "archive")
        places = {"cache": tmp_path / name / "cache", "heads": tmp_path / name / "heads"}
        mine = options.model_copy(update=places)

        def other() -> None:
            if who == "a person":
                shutil.rmtree(mine.cache)
            else:
                assert archive(copy, now=NOON + 2 * DAY + HOUR, options=mine).seq == 3

        meeting.happens = other
        monkeypatch.setattr(MeetingSteps, "meeting", meeting)
        done = archive(copy, now=NOON + 2 * DAY + HOUR, options=mine)
        assert not list(mine.cache.glob("signing-*")), "it was published, and its work is left"
        return done, content(copy)

    undisturbed = NthMeeting(0)
    done, expected = run("undisturbed", undisturbed)
    assert (done.seq, done.signed_again) == (3, 2)
    step = 1 if moments == "all" else undisturbed.count // 2
    for number in range(undisturbed.count, 0, -step):
        assert run(f"{number}", NthMeeting(number))[1] == expected, number


def test_two_archivers_that_signed_the_same_may_both_forget_it(tmp_path: Path) -> None:
    work = tmp_path / "signing-0"
    work.mkdir()
    addition = Addition(iter(()), CLUSTERS.empty_table(), work=work)
    for _ in range(2):
        addition.forget()
        assert not work.exists()


def test_what_was_folded_again_and_compacted_is_signed_by_the_next_version(
    store: FileStore,
    archive: Archive,
    upgrade: Callable[[], str],
    options: Settings,
    tmp_path: Path,
) -> None:
    early = reprint(5, NOON)
    wire = article("narae", 5, at=NOON + DAY, published=Stamp(at=NOON - DAY, source="meta"))
    published(store, archive, early)
    upgrade()
    assert published(store, archive, wire).signed_again == 1
    assert told(store, tmp_path / "cache")[early.version_id][1] == wire.version_id
    job = CompactionJob(
        store=store, options=options, now=NOON + 2 * DAY, code_version="1", lock_sha256="0" * 64
    )
    assert compact(job).replaced, "of the rows of clusters only the later ones are left"
    upgrade()
    late = reprint(5, NOON + 3 * DAY, "paper")
    said = published(store, archive, late)
    assert said.signed_again == 2
    rows = told(store, tmp_path / "cache")
    assert (
        sorted(signed(store, tmp_path / "cache"))
        == sorted(rows)
        == sorted(one.version_id for one in (early, wire, late))
    )
    assert rows[late.version_id][1] == wire.version_id
