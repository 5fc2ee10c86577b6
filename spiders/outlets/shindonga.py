"""신동아 (Shin Donga): monthly of 동아일보, own CMS."""

import re

from spiders.outlet import Listing, Outlet, Pace

OUTLET = Outlet(
    name="shindonga",
    title="신동아",
    home="https://shindonga.donga.com/",
    sources=(Listing("https://shindonga.donga.com/", quiet_hours=168),),
    article=re.compile(r"/all/(?P<kind>\d+)/(?P<id>\d{6,8})(?:/|$)"),
    canonical="https://shindonga.donga.com/3/all/{kind}/{id}/1",
    pace=Pace.DAILY,
    daily=(0, 40),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
