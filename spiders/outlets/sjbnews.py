"""새전북신문 (Saejeonbuk Shinmun): regional daily of 전북, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="sjbnews",
    title="새전북신문",
    home="https://sjbnews.com/",
    sources=(Listing("https://sjbnews.com/"),),
    article=re.compile(r"/news/news\.php\?(?:.*&)?number=(?P<id>\d{5,7})"),
    canonical="https://sjbnews.com/news/news.php?number={id}",
    hosts=("www.sjbnews.com",),
    daily=(30, 200),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
