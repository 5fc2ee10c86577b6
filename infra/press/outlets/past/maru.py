"""마루일보: a sitemap per day, with a past."""

import re

from infra.press.outlets import base
from spiders.families.news_sitemap import news_sitemap

_BASE = base("maru")

OUTLET = news_sitemap(
    name="maru",
    title="마루일보",
    home=f"{_BASE}/",
    article=re.compile(r"/news/(?P<id>\d+)"),
    days=f"{_BASE}/sitemap/{{yyyy}}/{{yyyymmdd}}.xml",
    feeds=(f"{_BASE}/feed",),
    daily=(0, 1000),
    budget=1_000_000,
    evidence="written together with the sample press",
)
