"""스카이데일리 (Sky Daily): daily, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="skyedaily",
    title="스카이데일리",
    home="https://www.skyedaily.com/",
    sources=(Listing("https://www.skyedaily.com/"),),
    article=re.compile(r"/news_view\.html\?(?:.*&)?ID=(?P<id>\d{5,7})"),
    canonical="https://www.skyedaily.com/news_view.html?ID={id}",
    hosts=("m.skyedaily.com",),
    daily=(20, 150),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
