"""The chain of manifests: found, held together, watched from outside, and won by one archiver at a time."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from processing.archive import intake, manifests
from processing.archive import publish as publish_module
from processing.archive.catalogue import Catalogue
from processing.archive.memory import load
from processing.archive.publish import Attempt
from processing.errors import (
    AlreadyExistsError,
    CorruptRecordError,
    MissingError,
    StoreFullError,
    StoreUnavailableError,
    UsageError,
)
from processing.lookup.diff import compare
from processing.records import Manifest, Publication
from processing.settings import Settings
from processing.store.file_store import FileStore
from processing.store.interface import Store
from processing.store.s3_store import S3Store
from tests.processing.conftest import CEPH, ROOT
from tests.processing.killed import Mortal, land, run
from tests.processing.newsroom import NOON, Crawl, article

HOUR = timedelta(hours=1)
Archive = Callable[..., Publication]


def archived(store: Store, folder: Path) -> list[str]:
    """Return the ids of the archived versions, as often as they stand there."""
    parts = Catalogue(store, folder / "read").of("articles")
    return [
        key
        for part in parts
        for key in pq.read_table(Catalogue(store, folder / "read").local(part))[
            "version_id"
        ].to_pylist()
    ]


def test_the_chain_holds_and_the_head_is_found(store: FileStore, archive: Archive) -> None:
    for number in range(4):
        Crawl(run=f"2026112{number}T030000Z-aaaaaa", articles=[article("hanbit", number)]).land(
            store
        )
        assert archive(now=NOON + number * HOUR).seq == number + 1
    head = manifests.head(store)
    assert head is not None
    chain = [link.manifest.seq for link in manifests.since(store, head, 1)]
    assert chain == [4, 3, 2, 1]
    store.delete([manifests.HINT])
    assert manifests.head(store) == head
    manifests.hint(store, 2)
    assert manifests.head(store) == head


def test_an_altered_manifest_breaks_the_chain(store: FileStore, archive: Archive) -> None:
    for number in range(2):
        Crawl(run=f"2026112{number}T030000Z-aaaaaa", articles=[article("hanbit", number)]).land(
            store
        )
        archive(now=NOON + number * HOUR)
    first = Manifest.model_validate_json(store.get(manifests.key(1)))
    store.put(manifests.key(1), first.model_copy(update={"adds": ()}).model_dump_json().encode())
    with pytest.raises(CorruptRecordError, match="altered"):
        list(manifests.since(store, manifests.head(store), 1))


def test_a_cut_tail_is_noticed_outside_the_bucket(store: FileStore, archive: Archive) -> None:
    for number in range(2):
        Crawl(run=f"2026112{number}T030000Z-aaaaaa", articles=[article("hanbit", number)]).land(
            store
        )
        archive(now=NOON + number * HOUR)
    store.delete([manifests.key(2), manifests.HINT])
    with pytest.raises(CorruptRecordError, match="its tail was cut"):
        archive(now=NOON + 5 * HOUR)


def test_the_loser_of_a_number_begins_again_on_the_new_head(
    store: FileStore, archive: Archive, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Another archiver publishes the other outlet just before our manifest."""
    Crawl(articles=[article("hanbit", 1)]).land(store)
    Crawl(outlet="narae", articles=[article("narae", 1)]).land(store)
    commit = Attempt._commit
    meanwhile = [lambda: archive(outlet="narae")]

    def late(self: Attempt, *given: object) -> object:
        while meanwhile:
            meanwhile.pop()()
        return commit(self, *given)

    monkeypatch.setattr(Attempt, "_commit", late)
    said = archive()
    assert (said.seq, list(said.outlets)) == (2, ["hanbit"])
    assert len(archived(store, tmp_path)) == 2
    assert load(store, "narae").seen(article("narae", 1).article_id)
    assert load(store, "hanbit").seen(article("hanbit", 1).article_id)


def test_landing_that_another_archiver_cleared_is_no_error(
    store: FileStore, archive: Archive, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Crawl(articles=[article("hanbit", 1)]).land(store)
    pages = Attempt._put_pages
    meanwhile = [archive]

    def late(self: Attempt) -> object:
        while meanwhile:
            meanwhile.pop()()
        return pages(self)

    monkeypatch.setattr(Attempt, "_put_pages", late)
    assert archive().unchanged
    assert len(archived(store, tmp_path)) == 1


def test_a_run_that_is_thrown_away_meanwhile_stops_no_other(
    store: FileStore, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    Crawl(articles=[article("hanbit", 1)]).land(store)
    Crawl(outlet="narae", articles=[article("narae", 1)]).land(store)
    listed = intake.landed

    def late(*given: object) -> object:
        found = listed(*given)
        store.delete([entry.key for entry in store.list("landing/outlet=hanbit/")])
        return found

    monkeypatch.setattr(intake, "landed", late)
    assert [*archive().outlets] == ["narae"]


def test_what_is_missing_again_is_an_error(
    store: FileStore, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_: Attempt) -> None:
        raise MissingError("no such object")

    Crawl(articles=[article("hanbit", 1)]).land(store)
    monkeypatch.setattr(Attempt, "publication", missing)
    with pytest.raises(MissingError, match="no such object"):
        archive()


def test_two_archivers_with_one_process_id_note_the_head_at_once(
    store: FileStore, archive: Archive, options: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in two containers, whose first process is number 1 in each."""
    Crawl(articles=[article("hanbit", 1)]).land(store)
    archive()
    link = manifests.head(store)
    witness = manifests.Witness(options.heads, store)
    replace, meanwhile = Path.replace, [lambda: witness.note(store, link)]

    def late(path: Path, target: Path) -> Path:
        while meanwhile:
            meanwhile.pop()()
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", late)
    witness.note(store, link)
    assert witness.seen() == (1, link.sha256)
    assert {path.suffix for path in options.heads.iterdir()} == {".json"}


def test_who_always_loses_gives_up_for_now(
    store: FileStore, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loses(*_: object) -> None:
        raise AlreadyExistsError("manifests/00000001.json exists")

    Crawl(articles=[article("hanbit", 1)]).land(store)
    monkeypatch.setattr(Attempt, "_commit", loses)
    monkeypatch.setattr("processing.archive.publish._TRIES", 3)
    with pytest.raises(StoreUnavailableError, match="other archivers"):
        archive()


def test_a_damaged_hint_or_manifest_is_named(store: FileStore, archive: Archive) -> None:
    Crawl(articles=[article("hanbit", 1)]).land(store)
    archive()
    good = store.get(manifests.key(1))
    for damage, told in (
        (b"{", "no manifest"),
        (good.replace(b'"seq":1,', b'"seq":7,'), "calls itself 7"),
    ):
        store.put(manifests.key(1), damage)
        with pytest.raises(CorruptRecordError, match=told):
            manifests.head(store)
    newer = Manifest.model_validate_json(good).model_copy(update={"schema_version": 99})
    store.put(manifests.key(1), newer.model_dump_json().encode())
    with pytest.raises(CorruptRecordError, match="upgrade"):
        manifests.head(store)
    manifests.hint(store, 9)
    with pytest.raises(CorruptRecordError, match="the chain was cut"):
        manifests.head(store)


def test_a_head_that_was_read_too_early_is_no_cut_tail(
    store: FileStore, archive: Archive, options: Settings
) -> None:
    Crawl(articles=[article("hanbit", 1)]).land(store)
    archive()
    early = manifests.head(store)
    Crawl(run="r2", articles=[article("hanbit", 2)]).land(store)
    archive()
    manifests.Witness(options.heads, store).check(store, early)
    manifests.Witness(options.heads, store).check(store, None)


def test_a_damaged_hint_costs_a_search_and_not_the_archive(
    store: FileStore, archive: Archive
) -> None:
    Crawl(articles=[article("hanbit", 1)]).land(store)
    archive()
    store.put("manifests/notes.txt", b"no manifest")
    head, good = manifests.head(store), store.get(manifests.HINT)
    flipped = (good.replace(b"1", digit, 1) for digit in (b"3", b"5", b"9"))
    for hint in (b"", b"[]", b'{"seq": "x"}', b'{"seq": -1}', b"\xff\xfe", b"{}", *flipped):
        store.put(manifests.HINT, hint)
        assert manifests.head(store) == head, hint
    Crawl(run="r2", articles=[article("hanbit", 2)]).land(store)
    assert archive(now=NOON + HOUR).seq == 2
    store.put(manifests.HINT, b'{"seq": 1}')  # as an earlier version wrote it
    assert manifests.head(store).manifest.seq == 2


def test_a_witness_that_cannot_be_written_is_found_before_anything_is_published(
    store: FileStore, archive: Archive, tmp_path: Path
) -> None:
    Crawl(articles=[article("hanbit", 1)]).land(store)
    before = {entry.key for entry in store.list("")}
    (tmp_path / "file").write_bytes(b"no folder")
    blocked = Settings(store=store.url, cache=tmp_path / "c", heads=tmp_path / "file" / "heads")
    with pytest.raises(UsageError, match="SILLOK_HEADS"):
        archive(options=blocked)
    assert {entry.key for entry in store.list("")} == before
    assert archive().seq == 1


def test_a_single_writer_holds_its_lock(
    store: FileStore, archive: Archive, options: Settings
) -> None:
    alone = Settings(**{**options.model_dump(), "single_writer": True})
    Crawl(articles=[article("hanbit", 1)]).land(store)
    with (
        publish_module.alone(alone.heads, store),
        pytest.raises(StoreUnavailableError, match="SINGLE_WRITER"),
    ):
        archive(options=alone)
    assert manifests.head(store) is None
    assert archive(options=alone).seq == 1


def test_a_damaged_witness_says_so(store: FileStore, archive: Archive, options: Settings) -> None:
    Crawl(articles=[article("hanbit", 1)]).land(store)
    archive()
    next(options.heads.iterdir()).write_text("{}")
    with pytest.raises(CorruptRecordError, match="delete it"):
        archive()


def test_archives_of_one_name_on_two_servers_have_two_witnesses(
    swift: Settings, tmp_path: Path
) -> None:
    other = swift.model_copy(update={"store_endpoint": "http://127.0.0.1:9"})
    names = {S3Store(swift.store, one).identity for one in (swift, other)}
    assert len(names) == 2
    assert FileStore(tmp_path / "a" / ".." / "b").identity == FileStore(tmp_path / "b").identity


def test_another_head_than_the_one_seen_is_noticed(store: FileStore, archive: Archive) -> None:
    Crawl(articles=[article("hanbit", 1)]).land(store)
    archive()
    first = Manifest.model_validate_json(store.get(manifests.key(1)))
    store.put(manifests.key(1), first.model_copy(update={"batch": "0"}).model_dump_json().encode())
    with pytest.raises(CorruptRecordError, match="not the one that was published"):
        archive(now=NOON + HOUR)


@pytest.mark.parametrize("number", [0, 5, 11, 15])
def test_a_full_disk_publishes_nothing_and_loses_nothing(tmp_path: Path, number: int) -> None:
    def full() -> None:
        raise StoreFullError("no room")

    store = FileStore(tmp_path / "archive")
    land(store)
    before = {entry.key for entry in store.list("landing/")}
    with pytest.raises(StoreFullError):
        run(Mortal(tmp_path / "archive", number, full), tmp_path)
    assert manifests.head(store) is None
    assert {entry.key for entry in store.list("landing/")} == before
    assert run(store, tmp_path).seq == 1


@pytest.mark.parametrize("kind", ["swift", *CEPH])
def test_the_archive_in_a_bucket_is_the_archive_in_a_folder(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, archive: Archive
) -> None:
    reached: Settings = request.getfixturevalue(kind)
    bucket, folder = S3Store(f"{reached.store}same", reached), FileStore(tmp_path / "folder")
    for name, store in (("bucket", bucket), ("folder", folder)):
        options = reached.model_copy(
            update={"cache": tmp_path / f"{name}-c", "heads": tmp_path / f"{name}-h"}
        )
        land(store)
        assert archive(store, options=options, now=NOON + HOUR).seq == 1
        assert archive(store, options=options, now=NOON + HOUR).unchanged
    assert compare(bucket, folder, tmp_path / "compared") == []
    assert load(bucket, "hanbit").seen(article("hanbit", 1).article_id)
    said = {entry.key for entry in bucket.list("")} ^ {entry.key for entry in folder.list("")}
    assert said == {"capabilities.json"}


@pytest.mark.parametrize(
    "kind",
    ["directory", pytest.param("swift", marks=pytest.mark.full), *CEPH],
)
def test_archivers_at_once_lose_nothing_and_double_nothing(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Three processes publish the runs of one landing, each again and again until nothing is left."""
    store: Store = FileStore(tmp_path / "archive")
    environment = {"SILLOK_STORE": store.url}
    if kind != "directory":
        options: Settings = request.getfixturevalue(kind)
        store = S3Store(f"{options.store}crowd", options)
        assert options.store_access_key
        assert options.store_secret_key
        environment = {
            "SILLOK_STORE": store.url,
            "SILLOK_STORE_ENDPOINT": str(options.store_endpoint),
            "SILLOK_STORE_ACCESS_KEY": options.store_access_key.get_secret_value(),
            "SILLOK_STORE_SECRET_KEY": options.store_secret_key.get_secret_value(),
            **({"SILLOK_STORE_CA": str(options.store_ca)} if options.store_ca else {}),
        }
    for number in range(2):
        for outlet in ("hanbit", "narae"):
            found = [article(outlet, number * 10 + place) for place in range(3)]
            Crawl(outlet=outlet, run=f"run-{number}", articles=found, at=NOON).land(store)
    command = [sys.executable, "-m", "tests.processing.crowd", str(tmp_path)]
    crowd = [
        subprocess.Popen([*command, str(place)], cwd=ROOT, env=environment) for place in range(3)
    ]
    assert [process.wait() for process in crowd] == [0, 0, 0]
    expected = {
        article(outlet, n * 10 + p).version_id
        for outlet in ("hanbit", "narae")
        for n in range(2)
        for p in range(3)
    }
    assert sorted(archived(store, tmp_path)) == sorted(expected)
    assert list(store.list("landing/")) == []
    head = manifests.head(store)
    assert head is not None
    chain = list(manifests.since(store, head, 1))
    assert len({run for link in chain for run in link.manifest.runs}) == 4
    assert sum(len(link.manifest.runs) for link in chain) == 4
