"""세계비즈 (Segye Biz): business paper of 세계일보, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="segyebiz",
    title="세계비즈",
    home="https://www.segyebiz.com/",
    sources=(Listing("https://www.segyebiz.com/"),),
    article=re.compile(r"/newsView/(?P<id>\d{14})"),
    canonical="https://www.segyebiz.com/newsView/{id}",
    daily=(30, 200),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
