"""이코노미스트 (Economist Korea): business weekly, own CMS."""

import re

from processing.rules import Rules
from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="economist",
    title="이코노미스트",
    home="https://economist.co.kr/",
    sources=(
        Listing("https://economist.co.kr/article/list/ecn_SC011000000"),
        Listing("https://economist.co.kr/article/list/ecn_SC013001000"),
        Listing("https://economist.co.kr/"),
    ),
    article=re.compile(r"/article/view/(?P<id>ecn\d{12})"),
    canonical="https://economist.co.kr/article/view/{id}",
    rules=(Rules(body="#article_body", drop=("figure",)),),
    daily=(10, 150),
    evidence="addresses of this form of 2026-08; two lists in public collectors; body seen 2023",
    caveats=("No feed and no sitemap is known: lists only, so completeness is not claimed.",),
)
