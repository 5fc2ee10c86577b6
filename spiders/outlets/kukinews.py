"""쿠키뉴스 (Kukinews): internet paper, own CMS."""

import re

from processing.reading.rules import Rules
from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="kukinews",
    title="쿠키뉴스",
    home="https://www.kukinews.com/",
    sources=(Listing("https://www.kukinews.com/"),),
    article=re.compile(r"/newsView/(?P<id>kuk\d{12})"),
    canonical="https://www.kukinews.com/newsView/{id}",
    hosts=("m.kukinews.com",),
    rules=(Rules(body="#article"),),
    daily=(80, 600),
    evidence="URL form met by 11 real URLs; body seen 2023",
    caveats=("No feed and no sitemap is known: the front page is the only list, so completeness is not claimed.",),
)
