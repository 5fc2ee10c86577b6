"""OSEN: sports and entertainment, own CMS."""

import re

from spiders.outlet import Feed, Listing, Outlet, Pace

OUTLET = Outlet(
    name="osen",
    title="OSEN",
    home="https://www.osen.co.kr/",
    sources=(
        Feed("https://rss.mt.co.kr/osen_news.xml"),
        Listing("https://www.osen.co.kr/"),
    ),
    article=re.compile(r"/article/(?P<id>G\d{10})"),
    canonical="https://www.osen.co.kr/article/{id}",
    pace=Pace.QUARTER_HOUR,
    daily=(100, 900),
    evidence="addresses of 2026-08; feed parsed with 49 entries 2026-08-20; robots.txt unknown",
    caveats=("The feed lies on a host of 머니투데이.",),
)
