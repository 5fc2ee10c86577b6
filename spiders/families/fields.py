"""What a family leaves to the outlet: the fields of `Outlet` that no CMS decides, for the families' signatures."""

import re
from typing import Literal, TypedDict

from processing.rules import Rules
from spiders.outlet import Pace


class Fields(TypedDict, total=False):
    """Keyword arguments that a family passes on to `Outlet` as they are.

    Each means what it means there.
    """

    older: tuple[re.Pattern[str], ...]
    hosts: tuple[str, ...]
    rules: tuple[Rules, ...]
    pace: Pace
    daily: tuple[int, int]
    outlet_class: Literal["wire", "publisher", "portal", "aggregator"]
    charset: str | None
    delay: float | None
    budget: int
    cookies: bool
    render: bool
    paused: str | None
    permission_needed: str | None
    tls: str | None
    evidence: str
    confirmed: str
    caveats: tuple[str, ...]
