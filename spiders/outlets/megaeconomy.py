"""메가경제 (Mega Economy): economic internet paper, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="megaeconomy",
    title="메가경제",
    home="https://www.megaeconomy.co.kr/",
    sources=(Listing("https://www.megaeconomy.co.kr/"),),
    article=re.compile(r"/news/newsview\.php\?(?:.*&)?ncode=(?P<id>\d{16})"),
    canonical="https://www.megaeconomy.co.kr/news/newsview.php?ncode={id}",
    daily=(60, 400),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
