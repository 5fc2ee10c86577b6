"""BYTE (데일리 바이트): business newsletter of 바이트컴퍼니. No source of it is known."""

import re

from spiders.outlet import Outlet, Pace

OUTLET = Outlet(
    name="byte",
    title="BYTE",
    home="https://mydailybyte.com/",
    article=re.compile(r"/post/(?P<id>[^/?#]+)"),
    canonical="https://www.mydailybyte.com/post/{id}",
    older=(re.compile(r"mydailybyte\.com/(?P<id>[a-z0-9_]+)/?$"),),
    hosts=("www.mydailybyte.com",),
    pace=Pace.DAILY,
    daily=(0, 5),
    paused="no source is known: a page is read by `scrapy crawl byte -a url=...` or `sillok read`",
    evidence="addresses of these forms in public documents of 2024 and 2026",
    caveats=("A development host of its API circulates in third-party tools: it is not used.",),
)
