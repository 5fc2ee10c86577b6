"""Starting parts and ending all that came of them, whoever was killed and whose children they became."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.run import processes
from infra.run.folders import ROOT, InstanceFolder
from processing.errors import TransientError

FORKS = """
import os, signal, sys
for depth in range(3):
    if os.fork():
        break
    os.setsid()
signal.signal(signal.SIGTERM, signal.SIG_IGN if '--stubborn' in sys.argv else signal.SIG_DFL)
print('up', os.getpid(), flush=True)
signal.pause()
"""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[InstanceFolder]:
    """A folder of which nothing is left, also where a test failed."""
    folder = InstanceFolder(tmp_path)
    yield folder
    processes.sweep(folder, grace=0)


def start(
    here: InstanceFolder, part: str = "scheduler", *arguments: str, code: str = FORKS
) -> subprocess.Popen[bytes]:
    return processes.start(here, part, [sys.executable, "-c", code, *arguments], dict(os.environ))


def until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not what():
        assert time.monotonic() < deadline, "it never came"
        os.sched_yield()


def until_up(here: InstanceFolder, part: str, count: int) -> None:
    log = here.log(part)
    until(lambda: log.exists() and log.read_text().count("up") >= count)


def test_a_part_and_all_its_descendants_are_found_and_ended(here: InstanceFolder) -> None:
    part = start(here)
    until_up(here, "scheduler", 4)
    assert len(processes.alive(here)) == 4
    assert set(processes.alive(here).values()) == {"scheduler"}
    assert processes.sweep(here) == 4
    assert processes.alive(here) == {}
    assert part.wait() == -signal.SIGTERM


def test_a_part_that_was_started_is_never_missed(
    here: InstanceFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a moment after it began, /proc shows nothing of a program's environment."""
    shown, looks = processes._environ, Counter[int]()

    def late(process: int) -> list[bytes]:
        looks[process] += 1
        return shown(process) if looks[process] > 3 else []

    monkeypatch.setattr(processes, "_environ", late)
    part = start(here)
    assert part.pid in processes.alive(here)
    processes.sweep(here)
    part.wait()


def test_a_part_that_ends_at_once_is_not_waited_for(here: InstanceFolder) -> None:
    part = start(here, code="raise SystemExit(3)")
    assert part.wait() == 3


def test_orphans_of_a_killed_part_are_found(here: InstanceFolder) -> None:
    part = start(here)
    until_up(here, "scheduler", 4)
    part.kill()
    part.wait()
    assert len(processes.alive(here)) == 3
    assert processes.sweep(here) == 3


def test_what_ignores_the_polite_signal_is_killed(here: InstanceFolder) -> None:
    part = start(here, "scheduler", "--stubborn")
    until_up(here, "scheduler", 4)
    processes.sweep(here, grace=0.2)
    assert processes.alive(here) == {}
    assert part.wait() == -signal.SIGKILL


def test_the_store_outlives_those_that_write_to_it(here: InstanceFolder) -> None:
    order = here.path / "order"
    code = "import signal, sys\n"
    code += f"def end(*_): open({str(order)!r}, 'a').write(sys.argv[1] + ' '); sys.exit()\n"
    code += "signal.signal(signal.SIGTERM, end); print('up', flush=True); signal.pause()"
    for part in ("store", "press", "scheduler", "api-server"):
        start(here, part, part, code=code)
        until_up(here, part, 1)
    processes.sweep(here)
    ended = order.read_text().split()
    assert set(ended[:2]) == {"scheduler", "api-server"}
    assert set(ended[2:]) == {"store", "press"}


def test_nobody_elses_process_is_touched(here: InstanceFolder, tmp_path: Path) -> None:
    other = InstanceFolder(tmp_path / "other")
    other.path.mkdir()
    neighbour = start(other)
    until_up(other, "scheduler", 4)
    start(here)
    until_up(here, "scheduler", 4)
    processes.sweep(here)
    assert len(processes.alive(other)) == 4
    assert neighbour.poll() is None
    processes.sweep(other)


def test_a_dead_part_is_reported_with_the_end_of_its_log(here: InstanceFolder) -> None:
    part = start(here, "store", code="print('no room'); raise SystemExit(3)")
    part.wait()
    with pytest.raises(TransientError, match=r"(?s)store ended with 3.*store\.log.*no room"):
        processes.check(here, {"store": part})


def test_a_living_part_is_not(here: InstanceFolder) -> None:
    part = start(here)
    processes.check(here, {"scheduler": part})
    processes.sweep(here)
    part.wait()


def test_secrets_are_not_in_the_command_line(here: InstanceFolder) -> None:
    part = processes.start(
        here,
        "store",
        [sys.executable, "-c", FORKS],
        {**os.environ, "SILLOK_STORE_SECRET_KEY": "swordfish"},
    )
    assert b"swordfish" not in Path(f"/proc/{part.pid}/cmdline").read_bytes()
    processes.sweep(here)
    part.wait()


STARTER = """
import signal, sys
from pathlib import Path
from infra.run import processes
from infra.run.folders import InstanceFolder
folder = InstanceFolder(Path(sys.argv[1]))
with folder.locked():
    processes.watch(folder)
    processes.start(folder, "scheduler", [sys.executable, "-c", sys.argv[2]], {"PATH": ""})
    print("started", flush=True)
    signal.pause()
"""


def test_when_the_starter_is_killed_the_watcher_ends_everything(here: InstanceFolder) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(here.path), FORKS],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        start_new_session=True,
    )
    assert starter.stdout
    assert starter.stdout.readline() == b"started\n"
    until_up(here, "scheduler", 4)
    starter.kill()
    starter.communicate()
    until(lambda: not processes.alive(here))
    with here.locked():
        pass


def test_the_watcher_leaves_a_new_start_alone(here: InstanceFolder) -> None:
    with here.locked():
        part = start(here)
        until_up(here, "scheduler", 4)
        watcher = processes.watch(here)
        watcher.communicate()
        assert watcher.returncode == 0
        assert len(processes.alive(here)) == 4
        processes.sweep(here)
        part.wait()
