"""CJB청주방송 (CJB): broadcaster of 청주, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="cjb",
    title="CJB청주방송",
    home="https://www.cjb.co.kr/",
    sources=(Listing("https://www.cjb.co.kr/"),),
    article=re.compile(
        r"/sub\.php\?(?=(?:.*&)?menukey=61)(?=(?:.*&)?mod=view)(?:.*&)?P_NO=(?P<id>\d{9})"
    ),
    canonical="https://www.cjb.co.kr/home/sub.php?P_NO={id}&menukey=61&mod=view",
    daily=(10, 100),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
