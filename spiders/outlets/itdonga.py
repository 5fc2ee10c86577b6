"""IT동아 (IT Donga): technology magazine of 동아, own CMS."""

import re

from spiders.outlet import Feed, Listing, Outlet

OUTLET = Outlet(
    name="itdonga",
    title="IT동아",
    home="https://it.donga.com/",
    sources=(
        Feed("https://it.donga.com/feeds/rss/"),
        Listing("https://it.donga.com/news/?page={page}", pages=2),
    ),
    article=re.compile(r"it\.donga\.com/(?P<id>\d{4,7})(?:[/?]|$)"),
    canonical="https://it.donga.com/{id}/",
    daily=(3, 60),
    evidence="feed parsed with 100 entries 2026-08-20; addresses of this form of 2026-07",
)
