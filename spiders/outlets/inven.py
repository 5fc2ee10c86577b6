"""인벤 (Inven): games, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="inven",
    title="인벤",
    home="https://www.inven.co.kr/webzine/",
    sources=(Listing("https://www.inven.co.kr/webzine/"),),
    article=re.compile(r"/webzine/news/\?(?:.*&)?news=(?P<id>\d{5,7})"),
    canonical="https://www.inven.co.kr/webzine/news/?news={id}",
    daily=(10, 100),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
