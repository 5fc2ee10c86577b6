"""약업신문 (Yakup): pharmacy, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="yakup",
    title="약업신문",
    home="https://www.yakup.com/",
    sources=(Listing("https://www.yakup.com/"),),
    article=re.compile(r"/news/index\.html\?(?=(?:.*&)?mode=view)(?:.*&)?nid=(?P<id>\d{5,7})"),
    canonical="https://www.yakup.com/news/index.html?mode=view&nid={id}",
    daily=(15, 100),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
