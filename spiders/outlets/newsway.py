"""뉴스웨이 (Newsway): economic internet paper, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="newsway",
    title="뉴스웨이",
    home="https://www.newsway.co.kr/",
    sources=(Listing("https://www.newsway.co.kr/"),),
    article=re.compile(r"/news/view\?(?:.*&)?ud=(?P<id>\d{19})"),
    canonical="https://www.newsway.co.kr/news/view?ud={id}",
    daily=(60, 500),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
