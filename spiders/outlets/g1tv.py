"""G1방송 (G1): broadcaster of 강원, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="g1tv",
    title="G1방송",
    home="https://www.g1tv.co.kr/",
    sources=(Listing("https://www.g1tv.co.kr/"),),
    article=re.compile(r"/news\?(?:.*&)?newsid=(?P<id>\d{5,7})"),
    canonical="https://www.g1tv.co.kr/news?newsid={id}",
    daily=(15, 100),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
