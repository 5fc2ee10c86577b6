"""사이언스타임즈 (Science Times): science, own CMS."""

import re

from spiders.outlet import Listing, Outlet, Pace

OUTLET = Outlet(
    name="sciencetimes",
    title="사이언스타임즈",
    home="https://www.sciencetimes.co.kr/",
    sources=(Listing("https://www.sciencetimes.co.kr/"),),
    article=re.compile(r"/news/sn/(?P<id>\d{5,7})(?:[/?]|$)"),
    canonical="https://www.sciencetimes.co.kr/news/sn/{id}",
    older=(re.compile(r"/\?(?:.*&)?p=(?P<id>\d+)"),),
    pace=Pace.DAILY,
    daily=(2, 10),
    evidence="addresses of 2026-07; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
