"""Running a command as a task: its log, its end, its being stopped, and the error it becomes."""

import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from airflow.sdk.exceptions import AirflowSkipException
from hypothesis import given
from hypothesis import strategies as st

from dags import common
from processing import settings
from processing.archive import manifests
from processing.errors import PermanentError, TransientError
from processing.landing import segments
from processing.records import End, RunReport
from processing.store.opening import open_store
from spiders.crawling import polling
from spiders.logs import log_as_json

RUN = "20261122T000000Z-abcdef"


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        (1, TransientError, "failed"),
        (2, PermanentError, "configured wrongly"),
        (3, TransientError, "unhealthy"),
        (4, TransientError, "interrupted"),
        (-signal.SIGKILL, TransientError, "killed by SIGKILL"),
        (-99, TransientError, "killed by signal 99"),
        (99, PermanentError, "unknown exit code 99"),
    ],
)
def test_an_exit_code_becomes_the_error_that_airflow_retries_or_not(code, kind, says) -> None:
    error = common.verdict(code, "crawl of gaon", "no source answered")
    assert type(error) is kind
    assert says in str(error)
    assert "crawl of gaon" in str(error)
    assert str(error).endswith("no source answered")


@pytest.mark.parametrize("code", [0, 5])
def test_success_and_skipped_rows_are_no_error(code) -> None:
    assert common.verdict(code, "sillok fold") is None


def test_without_a_report_the_log_is_named() -> None:
    assert "log" in str(common.verdict(1, "sillok archive"))


@given(st.integers(-64, 255))
def test_every_other_code_is_an_error_of_ours(code) -> None:
    error = common.verdict(code, "it")
    assert (error is None) == (code in {0, 5})
    assert error is None or isinstance(error, TransientError | PermanentError)


def test_what_a_crawl_logs_keeps_its_level_logger_and_traceback(caplog, capsys) -> None:
    handlers, level = logging.root.handlers[:], logging.root.level
    log_as_json("INFO")
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        logging.getLogger("sillok.crawl").exception("%s lost", "100%s")
    finally:
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
    with caplog.at_level(logging.DEBUG):
        common.forward(capsys.readouterr().out)
    ((logger, level, message),) = caplog.record_tuples
    assert (logger, level) == ("sillok.crawl", logging.ERROR)
    assert message.startswith("100%s lost\nTraceback")
    assert message.endswith("ZeroDivisionError: division by zero")


@pytest.mark.parametrize(
    "line",
    [
        "Killed",
        "{}",
        "[]",
        "null",
        '{"level": "LOUD", "logger": "a", "event": "b"}',
        '{"level": 3, "logger": "a", "event": "b"}',
    ],
)
def test_any_other_line_is_a_warning(caplog, line) -> None:
    common.forward(f"{line}\n")
    assert caplog.record_tuples == [("dags.common", logging.WARNING, line)]


def test_empty_lines_are_dropped(caplog) -> None:
    common.forward("\n")
    assert caplog.record_tuples == []


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_command_runs_in_the_workers_own_folder_unwatched(caplog, monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    code = common.stream(
        python(
            "import os; print(os.getcwd()); print(os.environ['SILLOK_SCHEDULED'], os.environ['SILLOK_STORE'])"
        ),
        {"SILLOK_STORE": "file:here"},
    )
    assert code == 0
    assert [record.message for record in caplog.records if record.levelno == logging.WARNING] == [
        str(tmp_path),
        "1 file:here",
    ]


def test_settings_are_not_logged(caplog) -> None:
    with caplog.at_level(logging.DEBUG):
        common.stream(python(""), {"SILLOK_STORE_SECRET_KEY": "swordfish"})
    assert "swordfish" not in caplog.text


def test_bytes_that_are_no_text_do_not_end_a_task(caplog) -> None:
    assert common.stream(python("import os; os.write(1, b'\\xff\\xfe\\n')")) == 0
    assert "\ufffd" in caplog.text


def test_the_command_stays_in_the_tasks_process_group(caplog) -> None:
    common.stream(python("import os; print(os.getpgid(0))"))
    assert str(os.getpgid(0)) in caplog.messages


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """Run a command and strike with Airflow's time limit as soon as it says that it is ready."""

    def run(code: str) -> list[str]:
        heard: list[str] = []

        def forward(line: str) -> None:
            heard.append(line.strip())
            raise TimeoutError

        monkeypatch.setattr(common, "forward", forward)
        with pytest.raises(TimeoutError):
            common.stream(
                python(
                    f"import signal, sys, time\n{code}\nprint('ready', flush=True)\nsignal.pause()"
                )
            )
        return heard

    return run


def test_at_the_time_limit_the_command_may_close(interrupted, tmp_path) -> None:
    kept = tmp_path / "kept"
    code = (
        f"signal.signal(signal.SIGTERM, lambda *_: (open({str(kept)!r}, 'w').close(), sys.exit(4)))"
    )
    assert interrupted(code) == ["ready"]
    assert kept.exists()


def test_what_does_not_close_is_killed(interrupted, monkeypatch) -> None:
    monkeypatch.setattr(common, "GRACE", 0.2)
    assert interrupted("signal.signal(signal.SIGTERM, signal.SIG_IGN)") == ["ready"]


def test_a_task_that_is_told_to_end_tells_the_command(monkeypatch) -> None:
    told: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    monkeypatch.setattr(common, "forward", lambda _: os.kill(os.getpid(), signal.SIGTERM))
    code = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(4))\nprint('ready', flush=True)"
    try:
        assert common.stream(python(f"{code}\nsignal.alarm(20)\nsignal.pause()")) == 4
        assert told == [signal.SIGTERM], "Airflow's own handler hears it as well"
        os.kill(os.getpid(), signal.SIGTERM)
        assert told == [signal.SIGTERM] * 2, "and is back in its place"
    finally:
        signal.signal(signal.SIGTERM, before)


def report(end: End) -> RunReport:
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    return RunReport(
        outlet="gaon", run=RUN, day="2026-11-22", started_at=moment, ended_at=moment, end=end, why="because", pages=3,
        articles=2, rejections={"empty": 1}, whys={}, sources=(), announced=3, segments=1, bytes=9, requests=4,
        agent="Sillok", code_version="0",
    )  # fmt: skip


@pytest.fixture
def scrapy(monkeypatch: pytest.MonkeyPatch, tmp_path) -> SimpleNamespace:
    """A crawl that ends with `code` and `report`, and the commands that were run."""
    state = SimpleNamespace(code=0, report=report(End.NEW), commands=[], stores=[])

    def stream(command, settings=None) -> int:
        state.commands.append(command)
        state.stores.append((settings or {}).get("SILLOK_STORE"))
        return state.code

    monkeypatch.setenv("SILLOK_STORE", f"file:{tmp_path}")
    settings.settings.cache_clear()
    monkeypatch.setattr(common, "stream", stream)
    monkeypatch.setattr(segments, "report", lambda *_: state.report)
    yield state
    settings.settings.cache_clear()


def test_a_crawl_is_what_a_person_can_type(scrapy, tmp_path) -> None:
    result = common.crawl("gaon", RUN, "-a", "since=2026-11-20")
    assert scrapy.commands == [
        [
            sys.executable,
            "-m",
            "scrapy",
            "crawl",
            "gaon",
            "-s",
            f"SILLOK_RUN={RUN}",
            "-a",
            "since=2026-11-20",
        ]
    ]
    assert scrapy.stores == [f"file:{tmp_path}"]
    assert result == {
        "outlet": "gaon",
        "run": RUN,
        "end": "new",
        "why": "because",
        "pages": 3,
        "articles": 2,
        "bytes": 9,
        "doubtful": [],
    }


def test_a_dry_run_lands_elsewhere(scrapy, tmp_path) -> None:
    common.crawl("gaon", RUN, keep=False)
    assert scrapy.stores[0].startswith("file:/")
    assert scrapy.stores != [f"file:{tmp_path}"]


def test_a_failed_crawl_says_why(scrapy) -> None:
    scrapy.code, scrapy.report = 3, report(End.UNHEALTHY)
    with pytest.raises(TransientError, match="crawl of gaon is unhealthy: because"):
        common.crawl("gaon", RUN)


def test_a_crawl_without_a_report_says_so(scrapy) -> None:
    scrapy.code, scrapy.report = -9, None
    with pytest.raises(TransientError, match="killed by SIGKILL: it wrote no report"):
        common.crawl("gaon", RUN)


def test_a_report_that_was_archived_meanwhile_is_no_error(scrapy) -> None:
    scrapy.report = None
    assert common.crawl("gaon", RUN) == {"outlet": "gaon", "run": RUN}


@pytest.mark.parametrize(
    ("code", "kind"), [(1, TransientError), (2, PermanentError), (3, PermanentError)]
)
def test_sillok_commands_raise_what_their_code_means(scrapy, code, kind) -> None:
    scrapy.code = code
    with pytest.raises(kind, match="sillok archive"):
        common.sillok("archive", "--dry-run")
    command = scrapy.commands[0]
    assert command == [sys.executable, "-m", "spiders.cli", "archive", "--dry-run"]


def test_the_day_of_a_run_is_korean() -> None:
    late = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)
    assert common.day_of(SimpleNamespace(partition_key=None, run_after=late)) == "2026-11-22"
    assert (
        common.day_of(SimpleNamespace(partition_key="2026-11-01", run_after=late)) == "2026-11-01"
    )


def test_a_run_is_named_after_the_try_that_starts_it() -> None:
    start = datetime(2026, 11, 22, 9, 0, 1, tzinfo=common.KST)
    ti = SimpleNamespace(start_date=start, id="01a20248-d255-7468-bfe6-75e6b1872abc")
    assert common.run_of(ti) == "20261122T000001Z-872abc"


def landing(outlet: str, run: str, *kinds: str) -> list[str]:
    folder = f"landing/outlet={outlet}/run={run}"
    return [f"{folder}/seg-000.{kind}" for kind in ("cdxj", "log.jsonl.gz", "seal.json", *kinds)]


def test_an_empty_landing_is_not_announced() -> None:
    assert not common.worth_archiving([], "2026-11-22")


def test_what_no_crawl_wrote_is_not_announced() -> None:
    strangers = ["landing/README.txt", "landing/outlet=duru/run=by-hand/notes.txt"]
    assert not common.worth_archiving(strangers, "2026-11-22")


@pytest.mark.parametrize("kind", ["articles", "rejections"])
def test_pages_are_archived_at_once(kind) -> None:
    keys = landing("duru", "20261122T000000Z-aaaaaa") + landing("gaon", RUN, f"{kind}.jsonl.gz")
    assert common.worth_archiving(keys, "2026-11-22")


def test_polls_without_news_wait() -> None:
    keys = [key for name in ("duru", "gaon") for key in landing(name, RUN)]
    assert not common.worth_archiving(keys, "2026-11-22")


@pytest.mark.parametrize(
    ("run", "late"), [("20261121T145959Z-aaaaaa", True), ("20261121T150000Z-aaaaaa", False)]
)
def test_they_wait_no_longer_than_the_korean_day(run, late) -> None:
    assert common.worth_archiving(landing("duru", run), "2026-11-22") is late


@pytest.mark.parametrize("count", [common.MANY - 1, common.MANY])
def test_they_wait_until_one_outlet_has_many(count) -> None:
    many = [
        key
        for number in range(count)
        for key in landing("duru", f"20261122T{number % 6:02}{number:02}00Z-aaaaaa")
    ]
    few = [
        key
        for number in range(common.MANY - 1)
        for key in landing("gaon", f"20261122T0000{number:02}Z-aaaaaa")
    ]
    assert common.worth_archiving([*many, *few], "2026-11-22") is (count >= common.MANY)


@pytest.fixture
def store(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SILLOK_STORE", f"file:{tmp_path}")
    settings.settings.cache_clear()
    yield open_store(f"file:{tmp_path}")
    settings.settings.cache_clear()


def test_turns_are_told_from_the_archive_that_is_set(store, monkeypatch) -> None:
    asked: list[tuple] = []
    monkeypatch.setattr(polling, "due", lambda *given: asked.append(given) or ["hani"])
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert common.whose_turn(["gwangju", "hani"], now) == ["hani"]
    ((found, declared, names, moment),) = asked
    assert (found.url, names, moment) == (store.url, ["gwangju", "hani"], now)
    assert declared["hani"].name == "hani"


def run_at(minutes: float = 0, kind: str = "scheduled") -> SimpleNamespace:
    start = datetime(2026, 11, 22, tzinfo=UTC) + timedelta(minutes=minutes)
    return SimpleNamespace(partition_key="2026-11-22", run_type=kind, start_date=start)


def test_a_landing_is_announced_for_its_korean_day(store) -> None:
    store.put(f"landing/outlet=gaon/run={RUN}/seg-000.articles.jsonl.gz", b"")
    events = {common.LANDING: Mock()}
    common.announce(run_at(), events)
    events[common.LANDING].add_partitions.assert_called_once_with("2026-11-22")


@pytest.mark.parametrize(
    ("minutes", "kind", "announced"),
    [
        (5, "scheduled", 0),
        (11.9, "scheduled", 0),
        (12, "scheduled", 1),
        (5, "manual", 1),
        (5, "backfill", 1),
    ],
)
def test_ticks_publish_no_more_often_than_the_quickest_pace(
    store, monkeypatch, minutes, kind, announced
) -> None:
    head = SimpleNamespace(manifest=SimpleNamespace(published_at=run_at().start_date))
    monkeypatch.setattr(manifests, "head", lambda asked: head if asked.url == store.url else None)
    store.put(f"landing/outlet=gaon/run={RUN}/seg-000.articles.jsonl.gz", b"")
    events = {common.LANDING: Mock()}
    with nullcontext() if announced else pytest.raises(AirflowSkipException, match="a later tick"):
        common.announce(run_at(minutes, kind), events)
    assert events[common.LANDING].add_partitions.call_count == announced


@pytest.mark.usefixtures("store")
def test_no_news_skips_the_announcement() -> None:
    events = {common.LANDING: Mock()}
    with pytest.raises(AirflowSkipException):
        common.announce(run_at(), events)
    events[common.LANDING].add_partitions.assert_not_called()
