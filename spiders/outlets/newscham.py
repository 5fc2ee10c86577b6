"""참세상 (Newscham): social movements; WordPress since 2026, a CMS of its own before."""

import re

from spiders.outlet import Listing, Outlet, Pace

OUTLET = Outlet(
    name="newscham",
    title="참세상",
    home="https://newscham.net/",
    sources=(Listing("https://newscham.net/all-articles/"),),
    article=re.compile(r"newscham\.net/(?P<id>\d{4,7})(?:[/?]|$)"),
    canonical="https://newscham.net/{id}/",
    older=(
        re.compile(r"/articles/(?P<id>\d{4,7})"),
        re.compile(r"/news/view\.php\?(?:.*&)?nid=(?P<id>\d+)"),
    ),
    hosts=("www.newscham.net",),
    pace=Pace.DAILY,
    daily=(0, 30),
    evidence="list and both forms of address noted by a public project 2026-09",
    caveats=(
        "robots.txt answered 404 (2026-08); RFC 9309 calls that allowed.",
        "www.newscham.net/articles/N redirects to newscham.net.",
    ),
)
