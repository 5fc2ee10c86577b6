"""뉴스1 (News1): private wire, Next.js behind a CDN."""

import re

from processing.rules import Rules
from spiders.outlet import Listing, Outlet, Pace, Sitemap

OUTLET = Outlet(
    name="news1",
    title="뉴스1",
    home="https://www.news1.kr/",
    sources=(
        Sitemap("https://www.news1.kr/api/feeds/google-news/"),
        Listing("https://www.news1.kr/latest?page={page}", pages=3),
    ),
    article=re.compile(r"(?:/articles/\??|/[a-z0-9-]+/)(?P<id>\d{7})(?:[=/?]|$)"),
    canonical="https://www.news1.kr/articles/{id}",
    hosts=("m.news1.kr",),
    rules=(Rules(body="#article_body_content, #articles_detail"),),
    pace=Pace.QUARTER_HOUR,
    daily=(400, 3000),
    budget=20000,
    outlet_class="wire",
    evidence="sitemap as declared in robots.txt, seen 2026-07; body selectors of 2023 and 2026-08 (unconfirmed)",
    caveats=(
        "The section in the URL can change; the id stays.",
        "robots.txt bans OpenAI agents and keeps /search to itself (2026-07). The page forbids AI training.",
    ),
)
