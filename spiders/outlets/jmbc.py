"""전주MBC (Jeonju MBC): broadcaster of 전주, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="jmbc",
    title="전주MBC",
    home="https://www.jmbc.co.kr/",
    sources=(Listing("https://www.jmbc.co.kr/"),),
    article=re.compile(r"/news/view/(?P<id>\d{4,7})(?:[/?]|$)"),
    canonical="https://www.jmbc.co.kr/news/view/{id}",
    daily=(10, 80),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
