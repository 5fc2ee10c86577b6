"""Runs an instance of Sillok: python -m infra.run run | up [--sample] | down | shell.

`make` calls it. Messages of errors go to stderr, without a traceback.
"""

import argparse
import signal
import sys

from infra.run import environment
from infra.run.folders import InstanceFolder
from processing.errors import PermanentError, TransientError

INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Return the exit code: 0 ok, 1 failed, 2 usage or configuration, 130 interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.run", description="An instance of Sillok on this machine."
    )
    parser.add_argument("what", choices=["run", "up", "down", "shell"])
    parser.add_argument(
        "--sample",
        action="store_true",
        help="up: with the sample press instead of the real outlets",
    )
    options = parser.parse_args(arguments)
    try:
        # Blocked by the Makefile until here, so that Ctrl-C is answered with a message.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        environment.bypass_proxies()
        return _do(options.what, sample=options.sample)
    except KeyboardInterrupt:
        print(
            "\nStopped; nothing is broken and nothing runs on. The same command goes on from here.",
            file=sys.stderr,
        )
        return INTERRUPTED
    except TransientError as error:
        print(f"sillok: {error}", file=sys.stderr)
        return 1
    except PermanentError as error:
        print(f"sillok: {error}", file=sys.stderr)
        return 2


def _do(what: str, *, sample: bool) -> int:
    if what == "run":
        from infra.run.sample import run  # noqa: PLC0415 - each loads only what it needs

        return run()
    from infra.run.live import down, shell, up  # noqa: PLC0415 - each loads only what it needs

    if what == "up":
        return up(InstanceFolder.named("sample" if sample else "live"))
    return down() if what == "down" else shell()


if __name__ == "__main__":
    sys.exit(main())
