"""토큰포스트 (Token Post): crypto assets, own CMS."""

import re

from spiders.outlet import Feed, Outlet, Pace

OUTLET = Outlet(
    name="tokenpost",
    title="토큰포스트",
    home="https://www.tokenpost.kr/",
    sources=(Feed("https://www.tokenpost.kr/rss"),),
    article=re.compile(r"/news/(?P<section>[a-z]+)/(?P<id>\d{5,7})(?:[/?]|$)"),
    canonical="https://www.tokenpost.kr/news/{section}/{id}",
    pace=Pace.QUARTER_HOUR,
    daily=(100, 800),
    evidence="addresses of 2026-08; feed in more than ten public collectors; robots.txt unknown",
)
