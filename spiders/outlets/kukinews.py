"""쿠키뉴스 (Kukinews): internet paper, own CMS."""

import re

from processing.rules import Rules
from spiders.outlet import Feed, Listing, Outlet

OUTLET = Outlet(
    name="kukinews",
    title="쿠키뉴스",
    home="https://www.kukinews.com/",
    sources=(Feed("https://www.kukinews.com/rss/"), Listing("https://www.kukinews.com/")),
    article=re.compile(r"/(?:article/view|newsView)/(?P<id>kuk\d{12})"),
    canonical="https://www.kukinews.com/article/view/{id}",
    hosts=("m.kukinews.com",),
    rules=(Rules(body="#article"),),
    daily=(80, 600),
    evidence="addresses of both forms, /article/view/ of 2026-08; feed in a public crawler; body seen 2023",
)
