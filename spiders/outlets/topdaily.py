"""톱데일리 (Top Daily): economic internet paper, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="topdaily",
    title="톱데일리",
    home="https://www.topdaily.kr/",
    sources=(Listing("https://www.topdaily.kr/"),),
    article=re.compile(r"/articles/(?P<id>\d{5,7})(?:[/?]|$)"),
    canonical="https://www.topdaily.kr/articles/{id}",
    daily=(5, 40),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
