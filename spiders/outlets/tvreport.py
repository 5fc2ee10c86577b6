"""TV리포트 (TV Report): entertainment, own CMS."""

import re

from spiders.outlet import Listing, Outlet, Pace

OUTLET = Outlet(
    name="tvreport",
    title="TV리포트",
    home="https://www.tvreport.co.kr/",
    sources=(Listing("https://www.tvreport.co.kr/"),),
    article=re.compile(r"/(?P<section>[a-z-]+)/article/(?P<id>\d{6,8})(?:/|$|\?)"),
    canonical="https://www.tvreport.co.kr/{section}/article/{id}/",
    pace=Pace.QUARTER_HOUR,
    daily=(80, 800),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
