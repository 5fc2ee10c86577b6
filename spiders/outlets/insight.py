"""인사이트 (Insight): internet paper, own CMS."""

import re

from processing.rules import Rules
from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="insight",
    title="인사이트",
    home="https://www.insight.co.kr/",
    sources=(
        Listing("https://www.insight.co.kr/section/headlines?page={page}", pages=2),
        Listing("https://www.insight.co.kr/"),
    ),
    article=re.compile(r"/news/(?P<id>\d{5,7})(?:[/?]|$)"),
    canonical="https://www.insight.co.kr/news/{id}",
    hosts=("m.insight.co.kr",),
    rules=(Rules(body="div.news-article-memo"),),
    daily=(60, 600),
    evidence="addresses of this form of 2026-08; list in public collectors; body seen 2023",
    caveats=("No feed and no sitemap is known: lists only, so completeness is not claimed.",),
)
