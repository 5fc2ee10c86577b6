"""메디게이트뉴스 (Medigate News): medicine, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="medigatenews",
    title="메디게이트뉴스",
    home="https://www.medigatenews.com/",
    sources=(Listing("https://www.medigatenews.com/"),),
    article=re.compile(r"/news/(?P<id>\d{7,10})(?:[/?]|$)"),
    canonical="https://www.medigatenews.com/news/{id}",
    daily=(10, 100),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
