"""NSP통신 (NSP News Agency): news agency, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="nspna",
    title="NSP통신",
    home="https://www.nspna.com/",
    sources=(Listing("https://www.nspna.com/"),),
    article=re.compile(r"/news/\?(?=(?:.*&)?mode=view)(?:.*&)?newsid=(?P<id>\d{5,7})"),
    canonical="https://www.nspna.com/news/?mode=view&newsid={id}",
    daily=(40, 300),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
