"""Starts the parts of an instance, and finds and ends all processes that descend from them.

Each part has a variable in its environment that names the instance, and all its descendants inherit
it. Ending an instance means ending every process with that variable in /proc: there is no file of
process ids that could be stale, a reused id is never signalled, and what a killed part leaves
behind is not missed.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from infra.run.folders import ROOT, InstanceFolder
from processing.errors import TransientError, UsageError

MARK = "SILLOK_INSTANCE"
PART = "SILLOK_PART"
# What a crawl needs to seal its segment.
GRACE = 10.0
"""Seconds between SIGTERM and SIGKILL."""

FIRST = ("scheduler", "dag-processor", "triggerer", "api-server", "job")
"""Parts that end first: until then they write to the store and the database."""


def start(
    folder: InstanceFolder, part: str, command: Sequence[str], environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start one part with its log as output, in a session of its own.

    Raises UsageError on a system without /proc.
    """
    if not Path("/proc/self/environ").exists():
        raise UsageError(
            "running an instance needs Linux, whose /proc tells what to stop; "
            "crawling by hand does not"
        )
    log = folder.log(part)
    log.parent.mkdir(exist_ok=True)
    # SPT_NOENV: to make room for a title, setproctitle would overwrite the environment in /proc.
    marked = {**environment, MARK: str(folder.path), PART: part, "SPT_NOENV": "1"}
    # In a session of its own, Ctrl-C does not reach it: the parts are ended in order.
    with log.open("wb") as output:
        started = subprocess.Popen(  # noqa: S603 - our own parts
            command,
            cwd=ROOT,
            env=marked,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _await_mark(started, folder)
    return started


def check(folder: InstanceFolder, parts: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """Raise TransientError with the end of its log where a part has died."""
    for part, process in parts.items():
        code = process.poll()
        if code is not None:
            tail = folder.log(part).read_text(errors="replace").splitlines()[-15:]
            raise TransientError(
                f"{part} ended with {code}; the end of {folder.log(part)}:\n" + "\n".join(tail)
            )


def alive(folder: InstanceFolder, parts: Sequence[str] = ()) -> dict[int, str]:
    """Return the process ids of an instance, each with its part; of `parts` if any is given."""
    mark = f"{MARK}={folder.path}".encode()
    running = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        variables = _environ(int(entry.name))
        if mark in variables:
            part = _part(variables)
            if not parts or part in parts:
                running[int(entry.name)] = part
    return running


def _part(variables: Sequence[bytes]) -> str:
    prefix = f"{PART}=".encode()
    values = (value.removeprefix(prefix) for value in variables if value.startswith(prefix))
    return next(values, b"").decode()


def dead(folder: InstanceFolder, parts: Sequence[str]) -> list[str]:
    """Return those of `parts` whose first process is gone."""
    # Children of a dead part may live on, and are no sign of life.
    leading = {part for process, part in alive(folder, parts).items() if _leads(process)}
    return [part for part in parts if part not in leading]


def sweep(folder: InstanceFolder, grace: float = GRACE) -> int:
    """End every process of the instance, the writers first, and return how many there were.

    Whatever lives `grace` seconds after SIGTERM gets SIGKILL.
    """
    everything = alive(folder)
    for parts in (FIRST, ()):
        _end(folder, parts, grace)
    return len(everything)


def watch(folder: InstanceFolder) -> subprocess.Popen[bytes]:
    """Start a process that sweeps the instance when this process is gone, even by SIGKILL."""
    command = [sys.executable, "-m", "infra.run.watch", str(folder.path)]
    return subprocess.Popen(  # noqa: S603 - our own module
        command, cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True
    )


def _leads(process: int) -> bool:
    """Return whether a process began a session, as every part does."""
    try:
        return os.getsid(process) == process
    except ProcessLookupError:
        return False


def _await_mark(started: subprocess.Popen[bytes], folder: InstanceFolder) -> None:
    """Wait until /proc shows the mark, for at most a second."""
    # A program has no environment for a moment after execve(2); a sweep would miss it then.
    deadline = time.monotonic() + 1
    wanted = f"{MARK}={folder.path}".encode()
    while (
        wanted not in _environ(started.pid)
        and started.poll() is None
        and time.monotonic() < deadline
    ):
        time.sleep(0.001)


def _end(folder: InstanceFolder, parts: Sequence[str], grace: float) -> None:
    deadline = time.monotonic() + grace
    asked: set[int] = set()
    while running := alive(folder, parts):
        late = time.monotonic() > deadline
        for process in running:
            if late or process not in asked:
                _signal(folder, process, signal.SIGKILL if late else signal.SIGTERM)
        asked.update(running)
        time.sleep(0.1)


def _signal(folder: InstanceFolder, process: int, number: signal.Signals) -> None:
    """Signal a process unless its id has passed to another in the meantime."""
    # The descriptor is bound to one process: its id may be reused after the mark was read.
    with suppress(ProcessLookupError):
        handle = os.pidfd_open(process)
        try:
            if f"{MARK}={folder.path}".encode() in _environ(process):
                signal.pidfd_send_signal(handle, number)
        finally:
            os.close(handle)


def _environ(process: int) -> list[bytes]:
    try:
        return Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
    except (ProcessLookupError, FileNotFoundError, PermissionError):
        return []  # gone, or another user's
