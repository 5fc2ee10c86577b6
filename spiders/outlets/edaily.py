"""이데일리 (Edaily): economic daily, own CMS; the id is in the query."""

import re

from processing.rules import Rules
from spiders.families.news_sitemap import news_sitemap
from spiders.outlet import Pace

OUTLET = news_sitemap(
    name="edaily",
    title="이데일리",
    home="https://www.edaily.co.kr/",
    latest="https://www.edaily.co.kr/sitemap/latest-article.xml",
    feeds=("http://rss.edaily.co.kr/edaily_news.xml",),
    article=re.compile(
        r"(?i:/news/(?:read|newsread\.edy|newspath\.asp))\?(?:.*&)?(?i:newsid)=(?P<id>\d{17})(?:&|$)"
    ),
    canonical="https://www.edaily.co.kr/News/Read?mediaCodeNo=257&newsId={id}",
    hosts=("m.edaily.co.kr", "marketin.edaily.co.kr"),
    rules=(Rules(body=".news_body"),),
    pace=Pace.QUARTER_HOUR,
    daily=(150, 1200),
    paused="robots.txt bans Scrapy by name (seen 2026-07): live once the outlet's consent is recorded",
    permission_needed="robots.txt (2026-07) disallows everything to Scrapy, Bytespider, Diffbot and others",
    evidence="sitemap, robots.txt and body seen 2026-07; feed parsed with 50 entries 2026-08-20",
    caveats=(
        "The feed host dropped connections for one checker (2026-09) and answered another: retry.",
    ),
)
