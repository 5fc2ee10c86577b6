"""An outlet with a CMS of its own that lists its articles in feeds and nowhere else that is known."""

import re
from typing import Unpack

from spiders.outlet import Feed, Fields, Outlet


def feed(
    *,
    name: str,
    title: str,
    home: str,
    feeds: tuple[str, ...],
    article: re.Pattern[str],
    canonical: str = "",
    quiet_hours: int = 24,
    **fields: Unpack[Fields],
) -> Outlet:
    """Declare it; `quiet_hours` is how long each of `feeds` may stay without a new link."""
    return Outlet(
        name=name,
        title=title,
        home=home,
        sources=tuple(Feed(url, quiet_hours) for url in feeds),
        article=article,
        canonical=canonical,
        family="feed",
        **fields,
    )
