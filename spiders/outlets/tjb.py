"""TJB: broadcaster of 대전, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="tjb",
    title="TJB",
    home="https://www.tjb.co.kr/",
    sources=(Listing("https://www.tjb.co.kr/"),),
    article=re.compile(
        r"/(?P<section>sub\d{4}|news\d{2})/(?P<board>bodo|category)/view/id/(?P<id>\d{5,7})"
    ),
    canonical="https://www.tjb.co.kr/{section}/{board}/view/id/{id}",
    daily=(15, 150),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
