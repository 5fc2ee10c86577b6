"""One instance from its start to its end: alone in its place, ended in order however we are stopped."""

import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from infra.run import processes
from infra.run.parts import Parts
from infra.run.place import Place
from processing.errors import UsageError

KEPT_UP = "triggerer"
"""The part that only `make up` starts."""

IDLE = 2.0
"""Seconds between SIGTERM and SIGKILL when all work is done and published, and nobody has anything to save."""

_PR_SET_PDEATHSIG = 1
_POLITE = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def instance(place: Place) -> Iterator[Parts]:
    """Give the parts of an instance, which is swept on the way in, of what is left over, and on the way out.

    Ctrl-C, SIGTERM and a closed terminal raise KeyboardInterrupt inside; after SIGKILL a watcher sweeps. Raises
    UsageError where `make up` keeps this instance running.
    """
    listen()
    with place.alone():
        if processes.alive(place, [KEPT_UP]):
            raise UsageError("this instance is up: stop it first with make down")
        processes.sweep(place)
        watcher = processes.watch(place)
        parts: Parts = {}
        grace = processes.GRACE
        try:
            yield parts
            grace = IDLE
        except KeyboardInterrupt:
            _silence()
            with suppress(OSError):  # a terminal that was closed
                print(
                    f"\nStopping within {grace:.0f} s: crawls seal what they have fetched", file=sys.stderr, flush=True
                )
            raise
        finally:
            _silence()
            processes.sweep(place, grace)
            for process in parts.values():
                process.wait()
            watcher.kill()
            watcher.communicate()


def listen() -> None:
    """Turn every polite way of stopping us into KeyboardInterrupt; when `make` goes, we go."""
    for number in _POLITE:
        signal.signal(number, _interrupt)
    if "MAKELEVEL" in os.environ:
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _silence() -> None:
    """Let nothing but SIGKILL interrupt the sweeping."""
    for number in _POLITE:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
