"""스포츠동아 (Sports Donga): sports daily of 동아일보, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="sports_donga",
    title="스포츠동아",
    home="https://sports.donga.com/",
    sources=(Listing("https://sports.donga.com/"),),
    article=re.compile(
        r"/(?P<section>[A-Za-z]+)/article/all/(?P<day>\d{8})/(?P<id>\d{8,9})(?:/|$)"
    ),
    canonical="https://sports.donga.com/{section}/article/all/{day}/{id}/1",
    daily=(80, 600),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
