"""나로달신문: an index of sitemaps a month, with a past."""

import re

from infra.press.outlets import base
from spiders.outlet import Feed, Outlet, Sitemap

_BASE = base("narodal")

OUTLET = Outlet(
    name="narodal",
    title="나로달신문",
    home=f"{_BASE}/",
    sources=(Feed(f"{_BASE}/feed"),),
    history=(Sitemap(f"{_BASE}/sitemap.xml", follow=r"sitemap-\d"),),
    article=re.compile(r"/news/(?P<id>\d+)"),
    evidence="written together with the sample press",
)
