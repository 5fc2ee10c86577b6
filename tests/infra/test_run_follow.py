"""The progress of a sample run through Airflow's answers, and what a person sees of it."""

import io
import socket
from collections import Counter
from threading import Thread
from typing import Any

import pytest
from rich.console import Console

from infra.run.client import Airflow
from infra.run.folders import LOOPBACK
from infra.run.sample import WIDE, ProgressDisplay, RunProgress, follow
from infra.run.summary import Holding, size, total
from processing.errors import TransientError

CRAWLS = {"crawl_hourly": ["duru", "narae"], "crawl_daily": ["gaon"]}
LATER = "2999-01-01T00:00:00+00:00"
EARLIER = "2026-01-01T00:00:00+00:00"


class Scripted(Airflow):
    """An Airflow that answers what a test wrote down."""

    def __init__(self) -> None:
        super().__init__(0)
        self.states: dict[tuple[str, int], str] = {}
        self.landed: dict[str, str] = {}
        self.undecided: set[str] = set()
        self.archives: list[dict[str, Any]] = []
        self.error = "no source answered"

    def trigger(self, dag: str) -> str:
        return f"manual of {dag}"

    def runs(self, **_: Any) -> list[dict[str, Any]]:
        crawls = [
            {
                "dag_id": dag,
                "dag_run_id": f"manual of {dag}",
                "state": "success" if dag in self.landed else "running",
            }
            for dag in CRAWLS
        ]
        return [
            *self.archives,
            *crawls,
            {"dag_id": "crawl_hourly", "dag_run_id": "somebody else's", "state": "failed"},
        ]

    def tasks(self, run: dict[str, Any]) -> list[dict[str, Any]]:
        if run["dag_id"] == "archive":
            return [{"task_id": "publish", "map_index": -1, "state": run["state"]}]
        assert run["dag_run_id"] != "somebody else's"
        landed = {"task_id": "landed", "map_index": -1, "state": self.landed.get(run["dag_id"])}
        undecided = run["dag_id"] in self.undecided
        due = {"task_id": "due", "map_index": -1, "state": "failed" if undecided else "success"}
        if undecided:
            return [due, {"task_id": "poll", "map_index": -1, "state": "upstream_failed"}, landed]
        names = CRAWLS[run["dag_id"]]
        polls = [
            {
                "task_id": "poll",
                "map_index": index,
                "state": self.states.get((run["dag_id"], index)),
                "name": name,
            }
            for index, name in enumerate(names)
        ]
        return [due, {"task_id": "poll", "map_index": -1, "state": None}, *polls, landed]

    def result(self, task: dict[str, Any]) -> dict[str, Any]:
        return {"end": "new", "pages": 4, "articles": 3, "outlet": task["name"]}

    def error_messages(self, _task: dict[str, Any]) -> list[str]:
        return [self.error]

    def causes(self, run: dict[str, Any]) -> set[str]:
        return set(run["causes"])


@pytest.fixture
def airflow() -> Scripted:
    return Scripted()


@pytest.fixture
def progress(airflow: Scripted) -> RunProgress:
    return RunProgress(airflow, CRAWLS)


def all_succeed(airflow: Scripted) -> None:
    airflow.states = {
        (dag, index): "success" for dag, names in CRAWLS.items() for index in range(len(names))
    }


def archive(state: str, *causes: str, run_after: str = LATER, name: str = "a") -> dict[str, Any]:
    return {
        "dag_id": "archive", "dag_run_id": name, "state": state, "run_after": run_after,
        "causes": [f"manual of {cause}" for cause in causes],
    }  # fmt: skip


def test_nothing_is_over_at_first(progress: RunProgress) -> None:
    progress.poll()
    assert not progress.over
    assert [line.name for line in progress.lines.values()] == ["duru", "narae", "gaon"]


def test_a_run_is_over_when_its_landing_was_archived(
    airflow: Scripted, progress: RunProgress
) -> None:
    all_succeed(airflow)
    progress.poll()
    assert not progress.over
    airflow.archives = [archive("success", "crawl_hourly")]
    progress.poll()
    assert not progress.over
    airflow.archives.append(archive("success", "crawl_daily", name="b"))
    progress.poll()
    assert progress.over
    assert progress.failed == []


def test_an_archive_run_that_still_works_is_waited_for(
    airflow: Scripted, progress: RunProgress
) -> None:
    all_succeed(airflow)
    airflow.archives = [archive("running", "crawl_hourly", "crawl_daily")]
    progress.poll()
    assert not progress.over
    assert progress.archive.state == "running"


def test_the_archive_run_of_an_earlier_start_does_not_count(
    airflow: Scripted, progress: RunProgress
) -> None:
    all_succeed(airflow)
    airflow.archives = [archive("success", "crawl_hourly", "crawl_daily", run_after=EARLIER)]
    progress.poll()
    assert not progress.over


def test_without_news_nothing_needs_archiving(airflow: Scripted, progress: RunProgress) -> None:
    all_succeed(airflow)
    airflow.landed = dict.fromkeys(CRAWLS, "skipped")
    progress.poll()
    assert progress.over
    assert progress.failed == []


def test_news_of_one_dag_alone_is_waited_for(airflow: Scripted, progress: RunProgress) -> None:
    all_succeed(airflow)
    airflow.landed = {"crawl_hourly": "skipped", "crawl_daily": "success"}
    progress.poll()
    assert not progress.over
    airflow.archives = [archive("success", "crawl_daily")]
    progress.poll()
    assert progress.over


@pytest.mark.parametrize("state", ["failed", "upstream_failed", None])
def test_a_landing_that_was_never_announced_is_a_failure(
    airflow: Scripted, progress: RunProgress, state: str
) -> None:
    all_succeed(airflow)
    airflow.error = "the store did not answer"
    airflow.landed = {"crawl_hourly": "skipped", "crawl_daily": state}
    progress.poll()
    assert progress.over
    assert [(line.name, line.errors) for line in progress.failed] == [
        ("archive", ["the store did not answer"])
    ]


def test_a_failed_crawl_is_named_with_its_reason(airflow: Scripted, progress: RunProgress) -> None:
    all_succeed(airflow)
    airflow.states["crawl_hourly", 1] = "failed"
    airflow.landed = dict.fromkeys(CRAWLS, "skipped")
    progress.poll()
    assert progress.over
    assert [(line.name, line.errors) for line in progress.failed] == [
        ("narae", ["no source answered"])
    ]


def test_a_run_in_which_nobody_was_asked_is_over_and_names_the_reason(
    airflow: Scripted, progress: RunProgress
) -> None:
    all_succeed(airflow)
    airflow.error = "the store did not answer"
    airflow.undecided = {"crawl_daily"}
    airflow.landed = {"crawl_hourly": "skipped", "crawl_daily": "failed"}
    progress.poll()
    assert progress.over
    assert [(line.name, line.state) for line in progress.failed] == [
        ("gaon", "upstream_failed"),
        ("archive", "failed"),
    ]
    assert progress.failed[0].errors == ["the store did not answer"]


def test_a_failed_archive_run_is_a_failure(airflow: Scripted, progress: RunProgress) -> None:
    all_succeed(airflow)
    airflow.archives = [archive("failed", "crawl_hourly", "crawl_daily")]
    progress.poll()
    assert progress.over
    assert [line.name for line in progress.failed] == ["archive"]


def test_following_ends_when_a_part_dies(progress: RunProgress) -> None:
    def check() -> None:
        raise TransientError("scheduler ended with 1")

    with pytest.raises(TransientError, match="scheduler"):
        follow(progress, lambda _: None, check)


def test_a_part_that_died_is_named_before_the_silence_that_follows(
    airflow: Scripted, progress: RunProgress, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(**_: Any) -> list[dict[str, Any]]:
        raise TransientError("Airflow does not answer")

    def check() -> None:
        raise TransientError("api-server ended with -9")

    monkeypatch.setattr(airflow, "runs", silent)
    with pytest.raises(TransientError, match="api-server ended"):
        follow(progress, lambda _: None, check)
    with pytest.raises(TransientError, match="does not answer"):
        follow(progress, lambda _: None, lambda: None)


@pytest.mark.parametrize("farewell", [b"", b"HTTP/1.1 nonsense\r\n\r\n", None])
def test_a_server_that_goes_away_is_an_error_that_may_pass(farewell: bytes | None) -> None:
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        client = Airflow(server.getsockname()[1])
        if farewell is not None:
            server.listen()
            Thread(target=hang_up, args=(server, farewell), daemon=True).start()
        with pytest.raises(TransientError, match=rf"does not answer on 127.0.0.1:{client.port}"):
            client.log_in("admin", "swordfish")


def hang_up(server: socket.socket, farewell: bytes) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(farewell)


def shown(progress: RunProgress) -> str:
    output = io.StringIO()
    with ProgressDisplay(Console(file=output, width=120)) as display:
        display.runs(progress)
        display.runs(progress)
    return output.getvalue()


def test_without_a_terminal_each_change_is_one_line(
    airflow: Scripted, progress: RunProgress
) -> None:
    airflow.states = {("crawl_hourly", 0): "success", ("crawl_daily", 0): "running"}
    progress.poll()
    lines = shown(progress).splitlines()
    assert [line.partition(" s  ")[2] for line in lines] == [
        "duru: new: 4 pages, 3 articles",
        "gaon: running",
    ]


def test_a_strangers_words_cannot_steer_the_terminal(
    airflow: Scripted, progress: RunProgress
) -> None:
    airflow.error = "[red]\x1b]0;owned\x07\x1b[2J blocked:\n[/nonsense]" + "가" * 1000
    airflow.states = {("crawl_hourly", 0): "up_for_retry"}
    progress.poll()
    text = shown(progress)
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "[red]" in text
    assert "failed, will be tried again" in text
    assert text.count("가") < WIDE


def test_on_a_terminal_the_table_is_live(airflow: Scripted, progress: RunProgress) -> None:
    airflow.states = {("crawl_hourly", 0): "running"}
    progress.poll()
    output = io.StringIO()
    with ProgressDisplay(Console(file=output, width=120, force_terminal=True)) as display:
        display.runs(progress)
    assert "duru" in output.getvalue()
    assert "running" in output.getvalue()


def test_the_closing_table_adds_up(airflow: Scripted, progress: RunProgress) -> None:
    all_succeed(airflow)
    progress.poll()
    held = {
        "duru": Holding(
            articles=20, versions=21, reprints=7, bytes=1500, rejections=Counter({"login": 2})
        ),
        "gaon": Holding(
            articles=10, versions=10, bytes=600, rejections=Counter({"login": 1, "empty": 3})
        ),
    }
    output = io.StringIO()
    ProgressDisplay(Console(file=output, width=140)).closing(progress, held)
    rows = [line.split() for line in output.getvalue().splitlines()]
    assert ["duru", "new", "23", "20", "21", "7", "1.5", "KB", "login", "2"] in rows
    assert ["narae", "new", "0", "0", "0", "0", "0", "B", "none"] in rows
    assert ["all", "37", "30", "31", "7", "2.1", "KB", "login", "3,", "empty", "3"] in rows


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 KB"), (669_000, "669.0 KB"), (10**13, "10.0 TB")],
)
def test_bytes_are_readable(count: int, text: str) -> None:
    assert size(count) == text


def test_a_total_leaves_its_parts_alone() -> None:
    one = Holding(rejections=Counter(login=1))
    assert total([one, one]).rejections == {"login": 2}
    assert one.rejections == {"login": 1}
