"""조이뉴스24 (Joy News 24): sports and entertainment of 아이뉴스24, own CMS."""

import re

from spiders.outlet import Listing, Outlet, Pace

OUTLET = Outlet(
    name="joynews24",
    title="조이뉴스24",
    home="https://www.joynews24.com/",
    sources=(Listing("https://www.joynews24.com/"),),
    article=re.compile(r"/view/(?P<id>\d{6,8})(?:[/?]|$)"),
    canonical="https://www.joynews24.com/view/{id}",
    pace=Pace.QUARTER_HOUR,
    daily=(100, 800),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
