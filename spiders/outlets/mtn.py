"""머니투데이방송 (MTN): economic broadcaster, own CMS."""

import re

from processing.rules import Rules
from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="mtn",
    title="머니투데이방송",
    home="https://news.mtn.co.kr/",
    sources=(
        Listing("https://news.mtn.co.kr/category-news/all"),
        Listing("https://news.mtn.co.kr/"),
    ),
    article=re.compile(r"/news-detail/(?P<id>\d{19})"),
    canonical="https://news.mtn.co.kr/news-detail/{id}",
    rules=(Rules(body=".news-content", drop=("figure",)),),
    daily=(30, 300),
    evidence="addresses of this form of 2026-08; list in a public collector; body seen 2023",
    caveats=("No feed and no sitemap is known: lists only, so completeness is not claimed.",),
)
