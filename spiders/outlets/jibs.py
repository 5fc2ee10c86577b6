"""JIBS: broadcaster of 제주, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="jibs",
    title="JIBS",
    home="https://www.jibs.co.kr/",
    sources=(Listing("https://www.jibs.co.kr/"),),
    article=re.compile(r"/news/articles/articlesDetail/(?P<id>\d{5,7})(?:[/?]|$)"),
    canonical="https://www.jibs.co.kr/news/articles/articlesDetail/{id}",
    older=(re.compile(r"/news/replay/viewNewsReplayDetail/(?P<id>\d{19})"),),
    daily=(15, 100),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
