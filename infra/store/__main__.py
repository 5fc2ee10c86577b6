"""Serve the embedded store until it is killed: `python -m infra.store --data DIR [--port P]`.

Prints `ready ENDPOINT` when it answers. Credentials are in DIR/credentials.json (mode 0600), made
on the first start.
"""

import argparse
import sys
from pathlib import Path

import eventlet  # type: ignore[import-untyped]  # ships no types

# Before any other import of ours: a module that has taken a lock or a socket by then keeps it.
eventlet.patcher.monkey_patch(all=False, socket=True, select=True, thread=True, time=True)

from infra.store.layout import InUseError  # noqa: E402 - only after the patching
from infra.store.server import serve  # noqa: E402 - only after the patching


def main() -> int:
    """Return 2 where the folder or the port is taken; otherwise serve for ever."""
    parser = argparse.ArgumentParser(prog="python -m infra.store", description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of the objects, credentials and settings"
    )
    parser.add_argument("--port", type=int, help="port on loopback; kept for the next start")
    options = parser.parse_args()
    try:
        serve(options.data.absolute(), options.port)
    except InUseError as error:
        print(f"infra.store: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
