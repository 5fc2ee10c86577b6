"""쿠키뉴스 (Kukinews): internet paper, own CMS."""

import re

from processing.rules import Rules
from spiders.outlet import Feed, Listing, Outlet

OUTLET = Outlet(
    name="kukinews",
    title="쿠키뉴스",
    home="https://www.kukinews.com/",
    sources=(Feed("https://www.kukinews.com/rss/"), Listing("https://www.kukinews.com/")),
    article=re.compile(r"/newsView/(?P<id>kuk\d{12})"),
    canonical="https://www.kukinews.com/newsView/{id}",
    hosts=("m.kukinews.com",),
    rules=(Rules(body="#article"),),
    daily=(80, 600),
    evidence="feed in a public crawler; URL form met by 11 real URLs; body seen 2023",
)
