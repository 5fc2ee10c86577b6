"""허프포스트코리아 (HuffPost Korea): internet paper, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="huffingtonpost",
    title="허프포스트코리아",
    home="https://www.huffingtonpost.kr/",
    sources=(Listing("https://www.huffingtonpost.kr/"),),
    article=re.compile(r"/article/(?P<id>\d{5,7})(?:[/?]|$)"),
    canonical="https://www.huffingtonpost.kr/article/{id}",
    daily=(10, 60),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
