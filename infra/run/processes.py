"""Start the parts of an instance, and find and end every process that came of them.

Each part carries a mark in its environment, and so does all that it starts, however often it forks
or whose child it becomes. Ending an instance means ending what carries its mark, as /proc tells it:
no file of process ids can be stale, no id reused by a stranger is ever signalled, and nothing that
a killed part leaves behind is missed.
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
GRACE = 10.0
"""Seconds between SIGTERM and SIGKILL: what a crawl needs to seal its segment."""

FIRST = ("scheduler", "dag-processor", "triggerer", "api-server", "job")
"""Parts that are ended before those that they still write to."""


def start(
    folder: InstanceFolder, part: str, command: Sequence[str], environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start one part in a session of its own, so that Ctrl-C reaches only us.

    Its output goes to its log.
    """
    if not Path("/proc/self/environ").exists():
        raise UsageError(
            "running an instance needs Linux, whose /proc tells what to stop; crawling by hand does not"
        )
    log = folder.log(part)
    log.parent.mkdir(exist_ok=True)
    marked = {
        **environment,
        MARK: str(folder.path),
        PART: part,
        "SPT_NOENV": "1",
    }  # setproctitle must not overwrite it
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
    """Return the processes that carry the instance's mark, with the part each belongs to."""
    wanted = f"{MARK}={folder.path}".encode()
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        variables = _environ(int(entry.name))
        if wanted in variables:
            part = next(
                (
                    v.decode().partition("=")[2]
                    for v in variables
                    if v.startswith(f"{PART}=".encode())
                ),
                "",
            )
            if not parts or part in parts:
                found[int(entry.name)] = part
    return found


def dead(folder: InstanceFolder, parts: Sequence[str]) -> list[str]:
    """Return those of `parts` whose first process is gone.

    What it started may live on: it is no sign of life.
    """
    leading = {part for process, part in alive(folder, parts).items() if _leads(process)}
    return [part for part in parts if part not in leading]


def sweep(folder: InstanceFolder, grace: float = GRACE) -> int:
    """End every process of the instance, those that write before those they write to.

    Return how many there were.
    """
    everything = alive(folder)
    for parts in (FIRST, ()):
        _end(folder, parts, grace)
    return len(everything)


def watch(folder: InstanceFolder) -> subprocess.Popen[bytes]:
    """Start a process that sweeps the instance as soon as we are gone, however we went: even by SIGKILL."""
    command = [sys.executable, "-m", "infra.run.watch", str(folder.path)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 - our own module


def _leads(process: int) -> bool:
    """Return whether a process began a session, as every part does."""
    try:
        return os.getsid(process) == process
    except ProcessLookupError:
        return False


def _await_mark(started: subprocess.Popen[bytes], folder: InstanceFolder) -> None:
    """Return when /proc shows the mark: a program that has just begun has no environment for a moment (execve(2)).

    Whoever sweeps in that moment would miss it.
    """
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
