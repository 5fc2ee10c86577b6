"""The declarations of the sample press; the registry while SILLOK_PRESS names its port."""

import os

from processing.errors import UsageError


def base(name: str) -> str:
    """Return the address of an outlet of the press; raise `UsageError` where SILLOK_PRESS is no port."""
    port = os.environ.get("SILLOK_PRESS", "")
    if not port.isdecimal():
        raise UsageError(
            f"SILLOK_PRESS is {port!r}: set it to the port on which `python -m infra.press` listens"
        )
    return f"http://{name}.press.test:{port}"
