"""경북신문 (Kyungbuk Shinmun): regional daily of 경북, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="kbsm",
    title="경북신문",
    home="https://www.kbsm.net/",
    sources=(Listing("https://www.kbsm.net/"),),
    article=re.compile(r"/news/view\.php\?(?:.*&)?idx=(?P<id>\d{5,7})"),
    canonical="https://www.kbsm.net/news/view.php?idx={id}",
    daily=(40, 300),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
