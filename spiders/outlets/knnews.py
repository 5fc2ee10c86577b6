"""경남신문 (Kyongnam Shinmun): regional daily of 경남, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="knnews",
    title="경남신문",
    home="http://www.knnews.co.kr/",
    sources=(Listing("http://www.knnews.co.kr/"),),
    article=re.compile(r"/news/articleView\.php\?(?:.*&)?idxno=(?P<id>\d{6,8})"),
    canonical="https://www.knnews.co.kr/news/articleView.php?idxno={id}",
    daily=(30, 200),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
