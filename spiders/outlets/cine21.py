"""씨네21 (Cine21): film weekly, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="cine21",
    title="씨네21",
    home="http://www.cine21.com/",
    sources=(Listing("http://www.cine21.com/"),),
    article=re.compile(r"/news/view/\?(?:.*&)?mag_id=(?P<id>\d{4,7})"),
    canonical="https://www.cine21.com/news/view/?mag_id={id}",
    daily=(2, 20),
    evidence="addresses of 2026-06; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
