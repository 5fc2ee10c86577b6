"""The declarations of the sample press; the registry while SILLOK_PRESS names its port."""

import os
from pathlib import Path

from processing.errors import UsageError

# Outlets with a past are declared only where infra.press.past is told how long it is.
if os.environ.get("SILLOK_PRESS_PAST"):
    __path__.append(str(Path(__file__).parent / "past"))


def base(name: str) -> str:
    """Return the address of an outlet of the press; raise `UsageError` where SILLOK_PRESS is no port."""
    port = os.environ.get("SILLOK_PRESS", "")
    if not port.isdecimal():
        raise UsageError(
            f"SILLOK_PRESS is {port!r}: set it to the port on which `python -m infra.press` listens"
        )
    return f"http://{name}.press.test:{port}"
