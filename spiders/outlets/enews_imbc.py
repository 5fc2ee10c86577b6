"""iMBC연예 (iMBC Entertainment): entertainment of MBC, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="enews_imbc",
    title="iMBC연예",
    home="http://enews.imbc.com/",
    sources=(Listing("http://enews.imbc.com/"),),
    article=re.compile(r"/News/RetrieveNewsInfo/(?P<id>\d{5,7})"),
    canonical="https://enews.imbc.com/News/RetrieveNewsInfo/{id}",
    daily=(40, 300),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
