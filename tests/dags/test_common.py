"""Running a command as a task: its log, its end, its being stopped, and the error it becomes."""

import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from airflow.sdk.exceptions import AirflowSkipException
from hypothesis import given
from hypothesis import strategies as st

from dags import common
from dags import report as report_dag
from processing import settings
from processing.archive import manifests
from processing.errors import PermanentError, TransientError
from processing.records import End, RunReport, SourceReport
from processing.report.unpublished import CrawlEnd, keep_end
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
    monkeypatch.setattr(
        common, "forward", lambda _: os.kill(os.getpid(), signal.SIGTERM) or common.Line(20, "")
    )
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
    state = SimpleNamespace(code=0, report=report(End.NEW), commands=[], logged=[])

    def stream(command, settings=None, tail=None) -> int:
        assert settings is None
        state.commands.append(command)
        if tail is not None:
            tail += state.logged
        if state.report:
            kept = ended(why="because", code=state.code, reported=True, report=state.report)
            keep_end(tmp_path / "spool", kept)
        return state.code

    monkeypatch.setenv("SILLOK_STORE", f"file:{tmp_path}")
    monkeypatch.setenv("SILLOK_SPOOL", f"{tmp_path / 'spool'}")
    settings.settings.cache_clear()
    monkeypatch.setattr(common, "stream", stream)
    yield state
    settings.settings.cache_clear()


def test_a_crawl_is_what_a_person_can_type(scrapy) -> None:
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


def test_a_dry_run_lands_elsewhere_and_remembers_what_is_archived(scrapy, tmp_path) -> None:
    common.crawl("gaon", RUN, keep=False)
    (landing,) = (part for part in scrapy.commands[0] if part.startswith("SILLOK_LANDING="))
    assert landing.startswith("SILLOK_LANDING=file:/")
    assert str(tmp_path) not in landing


def test_a_failed_crawl_says_why(scrapy) -> None:
    scrapy.code, scrapy.report = 3, report(End.UNHEALTHY)
    with pytest.raises(TransientError, match="crawl of gaon is unhealthy: because"):
        common.crawl("gaon", RUN)


def ended(**fields: object) -> CrawlEnd:
    given = {
        "outlet": "gaon",
        "run": RUN,
        "at": datetime(2026, 11, 22, tzinfo=UTC),
        "code": 1,
        "why": "it is full",
    }
    return CrawlEnd.model_validate(given | fields)


def test_where_there_is_no_report_this_machine_knows_why(scrapy, tmp_path) -> None:
    scrapy.code, scrapy.report = 1, None
    keep_end(tmp_path / "spool", ended())
    with pytest.raises(TransientError, match="crawl of gaon failed: it is full"):
        common.crawl("gaon", RUN)


def test_where_nobody_knows_its_errors_or_its_last_line_say_why(scrapy) -> None:
    scrapy.code, scrapy.report = 2, None
    scrapy.logged = [
        common.Line(logging.WARNING, "no command"),
        common.Line(logging.WARNING, "not from this location"),
    ]
    with pytest.raises(PermanentError, match="wrongly: not from this location"):
        common.crawl("gaon", RUN)
    scrapy.logged[0] = common.Line(logging.ERROR, "no command")
    with pytest.raises(PermanentError, match="wrongly: no command"):
        common.crawl("gaon", RUN)


def test_an_outlet_that_is_being_crawled_is_skipped(scrapy, tmp_path) -> None:
    scrapy.code, scrapy.report = 1, None
    keep_end(tmp_path / "spool", ended(busy=True, why="another crawl of it is at work"))
    with pytest.raises(AirflowSkipException, match="gaon: another crawl of it is at work"):
        common.crawl("gaon", RUN)


def test_the_cause_comes_first() -> None:
    source = SourceReport(
        url="http://gaon.test/rss", status=None, links=0, new=0, overlap=0, problem="refused"
    )
    fields = report(End.UNHEALTHY).model_dump() | {"sources": [source.model_dump()]}
    assert common.cause(RunReport.model_validate(fields)) == "refused; because"
    assert common.cause(RunReport.model_validate(fields | {"end": "new"})) == "because"


def test_a_failing_check_says_every_alarm(scrapy) -> None:
    scrapy.code = 3
    scrapy.logged = [
        common.Line(logging.ERROR, "duru: a"),
        common.Line(30, "gaon: b"),
        common.Line(logging.ERROR, "all: c"),
    ]
    with pytest.raises(PermanentError, match="sillok report is unhealthy: duru: a; all: c"):
        common.sillok("report", "--check")


def test_the_page_of_the_day_before_is_written_once(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SILLOK_REPORTS", str(tmp_path / "reports"))
    settings.settings.cache_clear()
    commands: list[tuple[str, ...]] = []

    def sillok(*arguments: str) -> None:
        commands.append(arguments)
        Path(arguments[-1]).write_text("page")

    monkeypatch.setattr(report_dag, "sillok", sillok)
    moment = datetime(2026, 11, 22, 15, 13, tzinfo=UTC)  # 23 November in Seoul
    report_dag.daily_page(moment)
    assert commands[0][:3] == ("report", "--day", "2026-11-22")
    assert (tmp_path / "reports" / "2026-11-22.html").read_text() == "page"
    with pytest.raises(AirflowSkipException):
        report_dag.daily_page(moment)
    assert len(commands) == 1
    settings.settings.cache_clear()


def test_a_crawl_that_left_no_end_in_its_spool_is_judged_by_its_exit_code_alone(scrapy) -> None:
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
