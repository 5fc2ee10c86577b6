"""Serves the sample press: `python -m infra.press --port 8801 --state var/press`."""

import argparse
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from infra.press.articles import ContentError
from infra.press.press import LOOPBACK, Press, Server
from infra.press.sites import SITES
from infra.press.state import PressState


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; return 0, or 2 where an argument or the port is of no use."""
    asked = _parser().parse_args(arguments)
    try:
        now = datetime.now(UTC)  # noqa: TID251 - the epoch is read off here
        state = PressState(asked.state, now, epoch=asked.epoch)
        if asked.phase is not None:
            state.set_phase(asked.phase, now)
        server = Server(Press(state, asked.port), admin=asked.admin)
    except ContentError as error:
        print(f"press: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(
            f"press: cannot listen on {LOOPBACK}:{asked.port}: {error.strerror}; choose another --port",
            file=sys.stderr,
        )
        return 2
    # SIGTERM takes the way of Ctrl-C, so that the socket is closed in either case.
    signal.signal(signal.SIGTERM, _stop)
    # Tests start the press with port 0 and read the port from this line: it must be the first.
    hosts = " ".join(f"http://{site.host}:{server.press.port}/" for site in SITES)
    print(f"press: {hosts} (epoch {state.epoch:%Y-%m-%d %H:%M} KST)", flush=True)
    try:
        server.serve_forever(poll_interval=0.1)
    except KeyboardInterrupt:
        return 0
    finally:
        server.server_close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.press", description="Six fictional outlets on loopback."
    )
    parser.add_argument(
        "--port",
        type=int,
        required=True,
        help="0 takes a free one; the first line printed names it",
    )
    parser.add_argument(
        "--state",
        type=Path,
        required=True,
        help="folder for the epoch, the phase and the access log",
    )
    parser.add_argument(
        "--epoch", type=_moment, help="a moment with offset; only for a new state folder"
    )
    parser.add_argument(
        "--phase", type=int, help="fix the phase: 0 at first, 1 after the edits and deletions"
    )
    parser.add_argument(
        "--admin", action="store_true", help="let POST /_press/phase change the phase"
    )
    return parser


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} has no offset; write it like 2026-11-22T09:00:00+09:00"
        )
    return moment


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
