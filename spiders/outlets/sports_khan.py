"""스포츠경향 (Sports Kyunghyang): sports daily of 경향신문, own CMS."""

import re

from spiders.outlet import Feed, Listing, Outlet

OUTLET = Outlet(
    name="sports_khan",
    title="스포츠경향",
    home="https://sports.khan.co.kr/",
    sources=(
        Feed("https://sports.khan.co.kr/rss/entertainment"),
        Listing("https://sports.khan.co.kr/"),
    ),
    article=re.compile(r"(?:/article/|/sk_index\.html\?(?:.*&)?art_id=)(?P<id>\d{15})"),
    canonical="https://sports.khan.co.kr/article/{id}",
    daily=(60, 500),
    evidence="addresses of 2026-08; entertainment feed parsed by a public project 2026-08; robots.txt unknown",
)
