"""텐아시아 (Ten Asia): entertainment, own CMS."""

import re

from spiders.outlet import Feed, Listing, Outlet

OUTLET = Outlet(
    name="tenasia",
    title="텐아시아",
    home="https://www.tenasia.co.kr/",
    sources=(
        Feed("https://www.tenasia.co.kr/rss/music/"),
        Listing("https://www.tenasia.co.kr/"),
    ),
    article=re.compile(r"/article/(?P<id>\d{13})(?:[/?]|$)"),
    canonical="https://www.tenasia.co.kr/article/{id}",
    hosts=("tenasia.hankyung.com",),
    daily=(60, 400),
    evidence="addresses of 2026-08; music feed parsed with 50 entries 2026-08-20; robots.txt unknown",
)
