"""`sillok doctor`: each thing that can be wrong is named with its cure."""

import json
from datetime import timedelta
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from processing.archive.manifests import Witness, head
from processing.errors import StoreUnavailableError
from processing.settings import settings
from processing.store import opening as stores
from processing.store.interface import Store
from processing.store.opening import Capabilities
from spiders.commandline import TASK_ENVIRONMENT
from spiders.console import common, doctor
from spiders.crawling import claims

ALL = Capabilities(
    reads_back=True,
    reads_ranges=True,
    lists_in_order=True,
    deletes=True,
    creates_once=True,
    creates_exactly=True,
)


def checks(done) -> dict[str, dict]:
    return {row["what"]: row for row in map(json.loads, done.lines)}


@pytest.fixture(scope="module")
def starting() -> doctor.Told:
    """What a crawl's start says on this machine."""
    return doctor._crawl()


@pytest.fixture
def _started_once(starting: doctor.Told, monkeypatch) -> None:
    """No check starts a crawl of its own: that takes half a second, and says the same each time."""
    monkeypatch.setattr(doctor, "_crawl", lambda: starting)


@pytest.fixture
def sillok(_started_once: None, sillok):
    return sillok


@pytest.fixture
def store(tmp_path: Path, monkeypatch) -> Store:
    opened = stores.open_store(f"file:{tmp_path / 'archive'}")
    monkeypatch.setattr(stores, "open_store", lambda *_: opened)
    return opened


def test_a_fresh_machine_is_well(tmp_path: Path, sillok, monkeypatch) -> None:
    monkeypatch.setattr("spiders.console.doctor._ROOM", 0)
    done = sillok("doctor", "--json")
    assert done.code == 0
    found = checks(done)
    assert {row["state"] for name, row in found.items() if name != "contact"} == {"ok"}
    assert found["contact"]["state"] == "odd"
    assert "SILLOK_CONTACT" in found["contact"]["cure"]
    assert not [path for path in (tmp_path / "var" / "archive").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("contact", "state"),
    [("mailto:a@b.example", "ok"), ("https://b.example", "ok"), ("Kim", "odd")],
)
def test_the_contact_must_lead_somewhere(contact: str, state: str, sillok, monkeypatch) -> None:
    monkeypatch.setenv("SILLOK_CONTACT", contact)
    assert checks(sillok("doctor", "--json"))["contact"]["state"] == state


def test_a_machine_that_knows_no_authorities_is_not_well(
    sillok, monkeypatch, tmp_path: Path
) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    done = sillok("doctor", "--json")
    assert done.code == 2
    row = checks(done)["authorities"]
    assert (row["state"], "ca-certificates" in row["cure"]) == ("bad", True)
    (tmp_path / "a.pem").touch()
    assert checks(sillok("doctor", "--json"))["authorities"]["state"] == "ok"


def test_a_wrong_setting_is_named(sillok, monkeypatch) -> None:
    monkeypatch.setenv("SILLOK_FOLD_WINDOW_DAYS", "many")
    settings.cache_clear()
    done = sillok("doctor", "--json")
    assert done.code == 2
    row = checks(done)["settings"]
    assert row["state"] == "bad"
    assert "SILLOK_FOLD_WINDOW_DAYS" in row["told"]


def test_an_unknown_store_is_named(sillok) -> None:
    done = sillok("doctor", "--store", "ftp://x")
    assert done.code == 2
    assert "ftp://x" in done.out


def test_a_store_that_is_away_may_be_tried_again(store: Store, sillok, monkeypatch) -> None:
    def fail(*_, **__):
        raise StoreUnavailableError("the store does not answer; start it")

    monkeypatch.setattr(store, "put", fail)
    done = sillok("doctor", "--json")
    assert done.code == 1
    assert checks(done)["store"] == {
        "what": "store",
        "state": "retry",
        "told": "the store does not answer",
        "cure": "start it",
    }
    assert "chain" not in checks(done)


def test_a_store_that_returns_other_bytes_is_bad(store: Store, sillok, monkeypatch) -> None:
    read = store.get
    monkeypatch.setattr(store, "get", lambda key: read(key)[::-1])
    assert checks(sillok("doctor", "--json"))["store"]["state"] == "bad"


def test_a_store_that_keeps_what_was_deleted_is_bad(store: Store, sillok, monkeypatch) -> None:
    monkeypatch.setattr(store, "delete", lambda _: None)
    found = checks(sillok("doctor", "--json"))["store"]
    assert "deletion" in found["cure"]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(("single", "state"), [("false", "bad"), ("true", "ok")])
def test_inexact_creation_asks_for_one_archiver(
    single: str, state: str, sillok, monkeypatch
) -> None:
    monkeypatch.setenv("SILLOK_SINGLE_WRITER", single)
    settings.cache_clear()
    monkeypatch.setattr(
        "processing.store.opening.probe",
        lambda _: ALL.model_copy(update={"creates_exactly": False}),
    )
    assert checks(sillok("doctor", "--json"))["creation"]["state"] == state


def test_publishing_goes_by_what_the_doctor_sees_of_a_store_that_was_tried_before(
    store: Store, sillok, monkeypatch
) -> None:
    assert stores.remembered(store).missing == ()
    for creates_exactly in (False, True):  # versions were switched on in the bucket, and off
        now = ALL.model_copy(update={"creates_exactly": creates_exactly})
        monkeypatch.setattr("processing.store.opening.probe", lambda _, now=now: now)
        sillok("doctor", "--json")
        assert stores.remembered(store) == now


@pytest.mark.usefixtures("store")
def test_a_store_without_ranges_cannot_be_used(sillok, monkeypatch) -> None:
    monkeypatch.setattr(
        "processing.store.opening.probe", lambda _: ALL.model_copy(update={"reads_ranges": False})
    )
    found = checks(sillok("doctor", "--json"))["creation"]
    assert (found["state"], "reads_ranges" in found["told"]) == ("bad", True)


@pytest.mark.usefixtures("store")
def test_a_wrong_clock_is_bad(sillok, monkeypatch) -> None:
    moment = common.now() + timedelta(minutes=10)
    monkeypatch.setattr("spiders.console.doctor.now", lambda: moment)
    found = checks(sillok("doctor", "--json"))["clock"]
    assert (found["state"], found["cure"]) == ("bad", "set the clock (NTP)")


def test_what_waits_in_landing_is_told(store: Store, sillok) -> None:
    for run in ("r1", "r2"):
        store.put(f"landing/outlet=gaon/run={run}/report.json", b"{}")
        store.put(f"landing/outlet=gaon/run={run}/seg-000.log.jsonl.gz", b"")
    polls = checks(sillok("doctor", "--json"))["landing"]
    assert (polls["state"], polls["told"], polls["cure"]) == (
        "ok",
        "2 polls without news wait in landing",
        "",
    )
    for kind in ("articles", "rejections"):
        store.put(f"landing/outlet=gaon/run=r2/seg-001.{kind}.jsonl.gz", b"")
        pages = checks(sillok("doctor", "--json"))["landing"]
        assert (pages["state"], pages["cure"]) == ("odd", "sillok archive")
        assert pages["told"].startswith("1 runs")
        store.delete([f"landing/outlet=gaon/run=r2/seg-001.{kind}.jsonl.gz"])


def test_a_cut_chain_is_bad(archive: Store, sillok) -> None:
    witness = Witness(settings().heads, archive)
    link = head(archive)
    assert link
    witness.note(archive, link)
    archive.delete([entry.key for entry in archive.list("manifests/")])
    done = sillok("doctor", "--json")
    assert done.code == 2
    assert checks(done)["chain"]["state"] == "bad"


def test_a_folder_that_cannot_be_made_is_bad(tmp_path: Path, sillok, monkeypatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SILLOK_CACHE", str(tmp_path / "file" / "cache"))
    settings.cache_clear()
    assert checks(sillok("doctor", "--json"))["cache"]["state"] == "bad"


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        ({"answered": True, "ours": True, "scrapy": True}, "ok"),
        ({"answered": True, "ours": True, "scrapy": False}, "odd"),
        ({"answered": True, "ours": False, "scrapy": True}, "odd"),
        ({"answered": False, "ours": False, "scrapy": False}, "odd"),
        (None, "bad"),
    ],
)
def test_an_outlet_is_asked_whether_it_lets_us_in(
    seen: dict | None, state: str, sillok, monkeypatch
) -> None:
    asked = []

    def run(command, **_):
        asked.append(command[1:])
        return type(
            "Done",
            (),
            {"stdout": json.dumps({"robots": seen}) if seen else "", "stderr": "", "returncode": 0},
        )

    monkeypatch.setattr("subprocess.run", run)
    assert checks(sillok("doctor", "--robots", "hani", "--json"))["robots"]["state"] == state
    assert asked == [
        ["-m", "scrapy", "look", "https://www.hani.co.kr/", "--json"],
    ]


@pytest.mark.parametrize(("code", "state"), [(0, "ok"), (1, "bad")])
def test_a_crawl_is_started_as_a_task_starts_it(code: int, state: str, monkeypatch) -> None:
    started = []

    def run(command, **given):
        started.append((command[1:], TASK_ENVIRONMENT.items() <= given["env"].items()))
        return CompletedProcess(
            command, code, "", "Traceback\n  way\nModuleNotFoundError: spiders\n"
        )

    monkeypatch.setattr("subprocess.run", run)
    seen = doctor._crawl()
    assert started == [(["-m", "scrapy", "crawl", "--help"], True)]
    assert (seen[0], "ModuleNotFoundError: spiders" in seen[1]) == (state, state == "bad")


def test_an_outlet_is_released_by_hand(store: Store, sillok) -> None:
    claims.take(store, "hani", "r1", place="elsewhere", is_reported=lambda _: False)
    done = sillok("doctor", "--release", "hani", "--release", "khan")
    assert (done.code, done.err.splitlines()) == (
        0,
        ["hani: free for the next crawl", "khan: it was free"],
    )
    assert claims.take(store, "hani", "r2", place="here", is_reported=lambda _: False).number == 2
    wrong = sillok("doctor", "--release", "nobody")
    assert wrong.code == 2
    assert "nobody" in wrong.err


@pytest.mark.usefixtures("store")
def test_a_store_without_exact_creation_means_one_crawling_host(sillok, monkeypatch) -> None:
    lacking = ALL.model_copy(update={"creates_exactly": False})
    monkeypatch.setattr("processing.store.opening.probe", lambda _: lacking)
    found = checks(sillok("doctor", "--json"))["creation"]
    assert found["state"] == "bad"
    assert "only one host may crawl" in found["cure"]


def test_an_unknown_outlet_is_not_asked(sillok, monkeypatch) -> None:
    monkeypatch.setattr("subprocess.run", None)
    assert checks(sillok("doctor", "--robots", "nobody", "--json"))["robots"]["state"] == "bad"


def test_a_disk_that_fills_up_is_told(sillok, monkeypatch) -> None:
    monkeypatch.setattr("spiders.console.doctor._ROOM", 1 << 62)
    found = checks(sillok("doctor", "--json"))["spool"]
    assert (found["state"], "MB free" in found["told"]) == ("odd", True)
