"""KPI뉴스 (KPI News): internet paper, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="kpinews",
    title="KPI뉴스",
    home="https://www.kpinews.kr/",
    sources=(Listing("https://www.kpinews.kr/"),),
    article=re.compile(r"/newsView/(?P<id>\d{16})"),
    canonical="https://www.kpinews.kr/newsView/{id}",
    daily=(40, 300),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
