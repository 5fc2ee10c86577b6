"""뉴스타파 (Newstapa): investigative newsroom, own CMS."""

import re

from spiders.outlet import Feed, Listing, Outlet, Pace

OUTLET = Outlet(
    name="newstapa",
    title="뉴스타파",
    home="https://newstapa.org/",
    sources=(
        Feed("https://newstapa.org/feed", quiet_hours=120),
        Listing("https://newstapa.org/", links="a[href*='/article/']", quiet_hours=120),
    ),
    article=re.compile(r"/article/(?P<id>[A-Za-z0-9_-]{5})(?:[/?#]|$)"),
    canonical="https://newstapa.org/article/{id}",
    hosts=("www.newstapa.org",),
    pace=Pace.DAILY,
    daily=(0, 15),
    evidence="addresses of 2026-08; feed in public collectors, but a checker found none 2026-08; robots.txt unknown",
)
