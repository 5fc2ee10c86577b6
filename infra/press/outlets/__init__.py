"""The declarations of the sample press; the registry while SILLOK_PRESS names its port."""

import os
from pathlib import Path

from infra.press.past import past
from processing.errors import UsageError

# Those with a past are of the registry where there is one.
if past() is not None:
    __path__.append(str(Path(__file__).parent / "past"))


def base(name: str) -> str:
    """Return the address of an outlet of the press; raise `UsageError` where SILLOK_PRESS is no port."""
    port = os.environ.get("SILLOK_PRESS", "")
    if not port.isdecimal():
        raise UsageError(
            f"SILLOK_PRESS is {port!r}: set it to the port on which `python -m infra.press` listens"
        )
    return f"http://{name}.press.test:{port}"
