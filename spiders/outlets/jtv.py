"""JTV전주방송 (JTV): broadcaster of 전북, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="jtv",
    title="JTV전주방송",
    home="https://jtv.co.kr/",
    sources=(Listing("https://jtv.co.kr/"),),
    article=re.compile(r"/news/article\.php\?(?:.*&)?id=(?P<id>\d{4,7})"),
    canonical="https://jtv.co.kr/news/article.php?id={id}",
    older=(re.compile(r"/2021/\?(?=(?:.*&)?c=)(?:.*&)?uid=(?P<id>\d{6,8})"),),
    hosts=("www.jtv.co.kr",),
    daily=(5, 40),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
