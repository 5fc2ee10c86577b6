"""머니투데이 (Money Today): economic daily, own CMS behind a CDN."""

import re

from processing.rules import Rules
from spiders.families.news_sitemap import news_sitemap
from spiders.outlet import Pace

OUTLET = news_sitemap(
    name="mt",
    title="머니투데이",
    home="https://www.mt.co.kr/",
    latest="https://www.mt.co.kr/sitemap/latest.xml",
    feeds=("http://rss.mt.co.kr/mt_news.xml",),
    article=re.compile(r"(?:/\d{4}/\d{2}/\d{2}/|/mtview\.php\?(?:.*&)?no=)(?P<id>\d{19})"),
    canonical="https://news.mt.co.kr/mtview.php?no={id}",
    hosts=("news.mt.co.kr", "m.mt.co.kr"),
    rules=(Rules(body="#textBody"),),
    pace=Pace.QUARTER_HOUR,
    daily=(200, 1500),
    paused="robots.txt bans Scrapy by name (seen 2026-07): live once the outlet's consent is recorded",
    permission_needed="robots.txt (2026-07) disallows everything to Scrapy, AhrefsBot and SemrushBot",
    evidence="robots.txt and sitemaps seen 2026-07; feed parsed with 100 entries 2026-08-20; body seen 2025",
    caveats=(
        "The old address mtview.php?no= answers 301 to the new one: it names the article without its section.",
    ),
)
