"""나래저널: Arc; the article is in the page's script only."""

import re

from infra.press.outlets import base
from spiders.outlet import Feed, Outlet, Sitemap

_BASE = base("narae")

OUTLET = Outlet(
    name="narae",
    title="나래저널",
    home=f"{_BASE}/",
    sources=(
        Sitemap(f"{_BASE}/arc/outboundfeeds/news-sitemap/?outputType=xml"),
        Feed(f"{_BASE}/arc/outboundfeeds/rss/?outputType=xml"),
    ),
    article=re.compile(r"/\d{4}/\d\d/\d\d/(?P<id>[A-Z2-7]{26})/?"),
    daily=(3, 40),
    delay=0.05,
    family="arc",
    evidence="written together with the sample press",
)
