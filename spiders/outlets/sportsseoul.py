"""스포츠서울 (Sports Seoul): sports daily, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="sportsseoul",
    title="스포츠서울",
    home="https://www.sportsseoul.com/",
    sources=(Listing("https://www.sportsseoul.com/"),),
    article=re.compile(r"/news/read/(?P<id>\d{6,8})(?:[/?]|$)"),
    canonical="https://www.sportsseoul.com/news/read/{id}",
    daily=(80, 600),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
