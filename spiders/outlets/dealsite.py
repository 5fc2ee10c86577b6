"""딜사이트 (Dealsite): premium capital-market news, own CMS."""

import re

from processing.rules import Rules
from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="dealsite",
    title="딜사이트",
    home="https://dealsite.co.kr/",
    sources=(
        Listing("https://dealsite.co.kr/categories?page={page}", pages=2),
        Listing("https://dealsite.co.kr/"),
    ),
    article=re.compile(r"/articles/(?P<id>\d{5,6})(?:[/?]|$)"),
    canonical="https://dealsite.co.kr/articles/{id}",
    rules=(Rules(body=".content-area"),),
    daily=(20, 200),
    evidence="addresses of this form of 2026-08; list in public collectors; body seen 2023",
    caveats=("No feed and no sitemap is known: lists only, so completeness is not claimed.",),
)
