"""From the start of an instance to its end, however it comes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.run import processes
from infra.run.folders import ROOT, InstanceFolder
from infra.run.services import KEPT_UP, instance
from processing.errors import TransientError, UsageError

PART = [sys.executable, "-c", "import signal; signal.pause()"]
STARTER = f"""
import signal, sys
from pathlib import Path
from infra.run import processes
from infra.run.services import instance
from infra.run.folders import InstanceFolder
folder = InstanceFolder(Path(sys.argv[1]))
try:
    with instance(folder) as parts:
        parts["store"] = processes.start(folder, "store", {PART!r}, {{"PATH": ""}})
        print("started", flush=True)
        signal.pause()
except KeyboardInterrupt:
    print("ended", len(processes.alive(folder)), flush=True)
"""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[InstanceFolder]:
    folder = InstanceFolder(tmp_path)
    handlers = {
        number: signal.getsignal(number)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    yield folder
    for number, handler in handlers.items():
        signal.signal(number, handler)
    processes.sweep(folder)


def start(here: InstanceFolder, part: str = "store") -> subprocess.Popen[bytes]:
    return processes.start(here, part, PART, dict(os.environ))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_polite_signal_ends_it_in_order(here: InstanceFolder, number: signal.Signals) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(here.path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    assert starter.stdout
    assert starter.stdout.readline() == "started\n"
    starter.send_signal(number)
    said, told = starter.communicate(timeout=60)
    assert said == "ended 0\n"
    assert told.strip() == "Stopping within 10 s: crawls seal what they have fetched"
    assert starter.returncode == 0


def test_a_terminal_that_is_gone_hinders_nothing(here: InstanceFolder) -> None:
    reader, writer = os.pipe()
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(here.path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=writer,
        start_new_session=True,
        text=True,
    )
    os.close(writer)
    assert starter.stdout
    assert starter.stdout.readline() == "started\n"
    os.close(reader)
    starter.send_signal(signal.SIGHUP)
    said, _ = starter.communicate(timeout=60)
    assert said == "ended 0\n"


def test_an_error_inside_ends_it_too(here: InstanceFolder) -> None:
    def fail() -> None:
        with instance(here) as parts:
            parts["store"] = start(here)
            raise TransientError("no room")

    with pytest.raises(TransientError, match="no room"):
        fail()
    assert processes.alive(here) == {}


def test_what_an_earlier_start_left_is_ended_first(here: InstanceFolder) -> None:
    left = start(here)
    with instance(here):
        assert processes.alive(here) == {}
    left.wait()


def test_an_instance_that_is_up_is_not_swept_away(here: InstanceFolder) -> None:
    kept = start(here, KEPT_UP)
    with pytest.raises(UsageError, match="make down"), instance(here):
        pytest.fail("it was started twice")
    assert kept.poll() is None


def test_when_make_is_killed_we_go_too(here: InstanceFolder) -> None:
    code = "import subprocess, sys, signal; subprocess.Popen(sys.argv[1:]); signal.pause()"
    make = subprocess.Popen(
        [sys.executable, "-c", code, sys.executable, "-c", STARTER, str(here.path)],
        cwd=ROOT, env={**os.environ, "MAKELEVEL": "0"}, stdout=subprocess.PIPE, start_new_session=True, text=True,
    )  # fmt: skip
    assert make.stdout
    assert make.stdout.readline() == "started\n"
    make.kill()
    assert make.stdout.readline() == "ended 0\n"
    make.communicate()
