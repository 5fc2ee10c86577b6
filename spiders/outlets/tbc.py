"""TBC: broadcaster of 대구 and 경북, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="tbc",
    title="TBC",
    home="https://www.tbc.co.kr/",
    sources=(Listing("https://www.tbc.co.kr/"),),
    article=re.compile(r"/news/view\?(?:.*&)?id=(?P<id>\d{5,7})"),
    canonical="https://www.tbc.co.kr/news/view?id={id}",
    daily=(10, 100),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
