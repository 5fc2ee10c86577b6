"""소방방재신문 (FPN): fire and disaster, own CMS: the number follows the host."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="fpn119",
    title="소방방재신문",
    home="https://fpn119.co.kr/",
    sources=(Listing("https://fpn119.co.kr/"),),
    article=re.compile(r"fpn119\.co\.kr/(?P<id>\d{5,7})(?:[/?]|$)"),
    canonical="https://fpn119.co.kr/{id}",
    daily=(15, 150),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
