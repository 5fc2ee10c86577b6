"""메디칼타임즈 (Medical Times): medicine, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="medicaltimes",
    title="메디칼타임즈",
    home="https://www.medicaltimes.com/",
    sources=(Listing("https://www.medicaltimes.com/"),),
    article=re.compile(r"/NewsView\.html\?(?:.*&)?ID=(?P<id>\d{6,8})"),
    canonical="https://www.medicaltimes.com/Main/News/NewsView.html?ID={id}",
    daily=(5, 40),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
