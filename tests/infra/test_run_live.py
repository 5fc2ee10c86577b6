"""`make up`: what it takes for an instance to be up."""

import os
import signal
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from unittest.mock import Mock

import pytest

from infra.run import live, processes
from infra.run.client import Airflow
from infra.run.folders import InstanceFolder

PART = [sys.executable, "-c", "import signal; signal.pause()"]
CHILD = [sys.executable, "-c", "import os, signal; os.fork(); print(flush=True); signal.pause()"]
HEALTHY = b'{"scheduler": {"status": "healthy"}, "dag_processor": {"status": "healthy"}, "triggerer": {"status": "%s"}}'


@pytest.fixture
def here(tmp_path: Path) -> Iterator[InstanceFolder]:
    folder = InstanceFolder(tmp_path / "live")
    folder.path.mkdir()
    yield folder
    processes.sweep(folder, 0.1)


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    """An API server that says of the triggerer what the test wants, and of the others that they are well."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(HEALTHY % self.server.triggerer)  # type: ignore[attr-defined]

        def log_message(self, *_: object) -> None:
            pass

    made = HTTPServer(("127.0.0.1", 0), Handler)
    made.triggerer = b"healthy"  # type: ignore[attr-defined]
    Thread(target=made.serve_forever, args=(0.02,), daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def start_all(here: InstanceFolder, command: list[str] = PART) -> dict[str, int]:
    return {
        part: processes.start(here, part, command, dict(os.environ)).pid
        for part in ("store", *live.SERVICES)
    }


@pytest.fixture
def ports(server: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InstanceFolder, "port", lambda *_: server.server_port)


@pytest.mark.usefixtures("ports")
def test_an_instance_whose_parts_are_at_work_lacks_nothing(here: InstanceFolder) -> None:
    assert live._missing_parts(here) == ["store", *live.SERVICES]
    start_all(here)
    assert live._missing_parts(here) == []


@pytest.mark.usefixtures("ports")
def test_a_dead_scheduler_is_lacking_though_what_it_started_lives_on(here: InstanceFolder) -> None:
    begun = start_all(here, CHILD)
    while here.log("scheduler").stat().st_size < 2:  # both have begun
        pass
    os.kill(begun["scheduler"], signal.SIGKILL)
    os.waitpid(begun["scheduler"], 0)
    assert "scheduler" in processes.alive(here).values()
    assert live._missing_parts(here) == ["scheduler"]


@pytest.mark.usefixtures("ports")
def test_a_part_that_does_not_beat_is_missing(here: InstanceFolder, server: HTTPServer) -> None:
    start_all(here)
    server.triggerer = b"unhealthy"  # type: ignore[attr-defined]
    assert live._missing_parts(here) == ["triggerer"]


def test_without_an_answer_no_part_is_known_to_be_well() -> None:
    assert Airflow(1).unhealthy() == ["scheduler", "dag-processor", "triggerer"]


@pytest.mark.parametrize(("lacking", "begins"), [([], 0), (["scheduler"], 1)])
def test_up_starts_anew_what_is_not_whole(
    here: InstanceFolder, monkeypatch, capsys, lacking: list[str], begins: int
) -> None:
    monkeypatch.setenv("SILLOK_CONTACT", "mailto:desk@example.org")
    monkeypatch.setattr(live, "_missing_parts", lambda _: lacking)
    begin = Mock()
    monkeypatch.setattr(live, "_start", begin)
    processes.start(here, "api-server", PART, dict(os.environ))
    assert live.up(here) == 0
    assert begin.call_count == begins
    assert ("scheduler: not at work any more" in capsys.readouterr().out) is bool(begins)
