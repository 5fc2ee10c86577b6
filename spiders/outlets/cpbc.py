"""CPBC: Catholic broadcaster, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="cpbc",
    title="CPBC",
    home="https://news.cpbc.co.kr/",
    sources=(Listing("https://news.cpbc.co.kr/"),),
    article=re.compile(r"/article/(?P<id>\d{6,8})(?:[/?]|$)"),
    canonical="https://news.cpbc.co.kr/article/{id}",
    daily=(10, 60),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
