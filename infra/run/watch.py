"""Waits until the process that started it is gone, then ends the instance.

    python -m infra.run.watch FOLDER

Its standard input is a pipe that nobody writes to; the kernel closes it when the other end dies. An
instance that was started again meanwhile holds the lock and has ended what was left; then there is
nothing to do.
"""

import signal
import sys
from pathlib import Path

from infra.run.folders import InstanceFolder
from infra.run.processes import sweep
from processing.errors import UsageError


def main(path: str) -> int:
    """Return 0 when nothing is left."""
    # A signal to the whole group must not end the one process that cleans up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.stdin.buffer.read()
    folder = InstanceFolder(Path(path))
    try:
        with folder.locked(patience=0):
            sweep(folder)
    except UsageError:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
