"""데일리팜 (Daily Pharm): pharmacy, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="dailypharm",
    title="데일리팜",
    home="https://www.dailypharm.com/",
    sources=(Listing("https://www.dailypharm.com/"),),
    article=re.compile(r"/user/news/(?P<id>\d{5,7})(?:[/?]|$)"),
    canonical="https://www.dailypharm.com/user/news/{id}",
    hosts=(
        "new.dailypharm.com",
        "m.dailypharm.com",
    ),
    daily=(10, 80),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
