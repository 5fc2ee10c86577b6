"""SBS Biz: business channel of SBS, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="biz_sbs",
    title="SBS Biz",
    home="https://biz.sbs.co.kr/",
    sources=(Listing("https://biz.sbs.co.kr/"),),
    article=re.compile(r"/(?:amp/)?article(?:_hub)?/(?P<id>\d{11})(?:[/?]|$)"),
    canonical="https://biz.sbs.co.kr/article/{id}",
    daily=(60, 400),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
