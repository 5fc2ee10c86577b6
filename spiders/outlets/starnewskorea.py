"""스타뉴스 (Star News): entertainment of 머니투데이, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="starnewskorea",
    title="스타뉴스",
    home="https://www.starnewskorea.com/",
    sources=(Listing("https://www.starnewskorea.com/"),),
    article=re.compile(r"/(?P<path>[a-z-]+/\d{4}/\d{2}/\d{2})/(?P<id>\d{19})(?:[/?]|$)"),
    canonical="https://www.starnewskorea.com/{path}/{id}",
    daily=(80, 600),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
