"""News portals: copies of other outlets' articles under the portal's own address and layout.

Read, never visited.

Their pages are read when somebody hands them over (kept pages, datasets); the reader makes the
publisher's original the article's origin.
"""

import re

from processing.rules import Rules
from spiders.outlet import Outlet


def portal(
    *,
    name: str,
    title: str,
    home: str,
    article: re.Pattern[str],
    canonical: str,
    hosts: tuple[str, ...],
    rules: tuple[Rules, ...],
    paused: str,
    evidence: str,
    caveats: tuple[str, ...] = (),
) -> Outlet:
    """Declare a portal; `paused` says why it is not visited."""
    return Outlet(
        name=name,
        title=title,
        home=home,
        article=article,
        canonical=canonical,
        hosts=hosts,
        rules=rules,
        daily=(0, 100_000),
        outlet_class="portal",
        family="portal",
        paused=paused,
        evidence=evidence,
        caveats=caveats,
    )
