"""스포츠월드 (Sports World): sports daily of 세계일보, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="sportsworldi",
    title="스포츠월드",
    home="https://www.sportsworldi.com/",
    sources=(Listing("https://www.sportsworldi.com/"),),
    article=re.compile(r"/newsView/(?P<id>\d{14})"),
    canonical="https://www.sportsworldi.com/newsView/{id}",
    daily=(40, 300),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
