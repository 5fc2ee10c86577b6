"""Ends what a test process started, once that is gone: `python -m tests.orphans PID MARK`.

A test process may be killed outright, and then ends nothing itself: the store, the crawls and the
press that it started would stay. All of them carry `MARK` in their environment, in whatever session
they are, and Linux shows that in /proc (proc(5)).
"""

import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

NAME = "TEST_PROCESS"
"""The variable with the mark. Not SILLOK_…: tests drop those names from environments."""


def main(parent: int, mark: str) -> None:
    """Wait until a process is gone, then kill what carries the mark until nothing does."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with suppress(ProcessLookupError):
        waiting = select.poll()
        waiting.register(os.pidfd_open(parent), select.POLLIN)
        waiting.poll()
    while left := list(marked(mark)):  # more than once: the dying may just have started others
        for pid in left:
            kill(pid, mark)
        time.sleep(0.02)


def marked(mark: str) -> Iterator[int]:
    """Yield the processes whose environment has the mark."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and has(int(entry.name), mark):
            yield int(entry.name)


def has(pid: int, mark: str) -> bool:
    """Return whether a process carries the mark; one that is gone or another user's does not."""
    try:
        return f"{NAME}={mark}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except (ProcessLookupError, FileNotFoundError, PermissionError):
        return False


def kill(pid: int, mark: str) -> None:
    """Kill a process, unless its number has passed to another one meanwhile."""
    with suppress(ProcessLookupError):
        handle = os.pidfd_open(pid)
        try:
            if has(pid, mark):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
        finally:
            os.close(handle)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
