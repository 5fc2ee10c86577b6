"""시민일보 (Simin Ilbo): daily of Seoul, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="siminilbo",
    title="시민일보",
    home="https://www.siminilbo.co.kr/",
    sources=(Listing("https://www.siminilbo.co.kr/"),),
    article=re.compile(r"/news/newsview\.php\?(?:.*&)?ncode=(?P<id>\d{16})"),
    canonical="https://www.siminilbo.co.kr/news/newsview.php?ncode={id}",
    daily=(60, 400),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
