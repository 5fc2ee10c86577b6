"""한국경제 (The Korea Economic Daily): economic daily, own CMS."""

import re

from processing.rules import Rules
from spiders.families.news_sitemap import news_sitemap
from spiders.outlet import Pace

OUTLET = news_sitemap(
    name="hankyung",
    title="한국경제",
    home="https://www.hankyung.com/",
    latest="https://www.hankyung.com/sitemap/latest-article.xml",
    days="https://www.hankyung.com/sitemap/daily-article/{yyyymmdd}.xml",
    feeds=("https://www.hankyung.com/feed/all-news",),
    article=re.compile(r"/(?:[a-z-]+/)?article/(?P<id>\d{12,13}[A-Za-z]?)(?:[/?]|$)"),
    canonical="https://www.hankyung.com/article/{id}",
    hosts=("magazine.hankyung.com",),
    rules=(Rules(body="#articletxt"),),
    pace=Pace.QUARTER_HOUR,
    daily=(200, 1500),
    delay=5.0,
    evidence="robots.txt and sitemaps seen 2026-07; feed parsed with 50 entries 2026-08-20; body seen 2026",
    caveats=(
        "A challenge page came after about four quick requests (2026-07): hence the delay.",
        "magazine.hankyung.com is 한경비즈니스. 한경 프리미엄 is for members.",
    ),
)
