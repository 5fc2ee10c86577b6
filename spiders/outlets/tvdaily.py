"""티브이데일리 (TV Daily): entertainment, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="tvdaily",
    title="티브이데일리",
    home="http://www.tvdaily.co.kr/",
    sources=(Listing("http://www.tvdaily.co.kr/"),),
    article=re.compile(r"/read\.php3\?(?:.*&)?aid=(?P<id>\d{17,20})"),
    canonical="https://www.tvdaily.co.kr/read.php3?aid={id}",
    daily=(40, 400),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
