"""민중의소리 (Voice of the People): internet paper, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="vop",
    title="민중의소리",
    home="https://vop.co.kr/",
    sources=(Listing("https://vop.co.kr/"),),
    article=re.compile(r"/(?P<id>A\d{11})\.html"),
    canonical="https://vop.co.kr/{id}.html",
    hosts=("www.vop.co.kr",),
    daily=(20, 150),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
