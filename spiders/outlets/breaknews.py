"""브레이크뉴스 (Break News): internet paper, own CMS: the number follows the host."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="breaknews",
    title="브레이크뉴스",
    home="https://www.breaknews.com/",
    sources=(Listing("https://www.breaknews.com/"),),
    article=re.compile(r"breaknews\.com/(?P<id>\d{6,7})(?:[/?]|$)"),
    canonical="https://www.breaknews.com/{id}",
    daily=(80, 600),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
