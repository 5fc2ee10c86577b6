"""경상매일신문 (Kyungsang Maeil): regional daily of 경북, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="ksmnews",
    title="경상매일신문",
    home="https://www.ksmnews.co.kr/",
    sources=(Listing("https://www.ksmnews.co.kr/"),),
    article=re.compile(r"/news/view\.php\?(?:.*&)?idx=(?P<id>\d{5,7})"),
    canonical="https://www.ksmnews.co.kr/news/view.php?idx={id}",
    daily=(50, 400),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
