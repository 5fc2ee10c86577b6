"""온샘일보: JSON-LD, a Google News sitemap behind an index."""

import re

from infra.press.outlets import base
from processing.rules import Rules
from spiders.outlet import Outlet, Pace, Sitemap

_BASE = base("onsaem")

OUTLET = Outlet(
    name="onsaem",
    title="온샘일보",
    home=f"{_BASE}/",
    sources=(
        Sitemap(f"{_BASE}/sitemap/index.xml"),
        Sitemap(f"{_BASE}/sitemap/articles/{{yyyy}}/{{yyyymmdd}}.xml"),
    ),
    article=re.compile(r"/(?:article|plus)/[a-z]+/(?P<id>\d{12})"),
    rules=(Rules(subtitle="h2.deck"),),
    pace=Pace.QUARTER_HOUR,
    daily=(5, 60),
    delay=0.05,
    evidence="written together with the sample press; robots.txt closes /plus/",
    caveats=("The section is part of the URL and may change; the id does not.",),
)
