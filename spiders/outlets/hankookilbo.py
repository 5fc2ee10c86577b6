"""한국일보 (The Hankook Ilbo): national daily, own CMS; Next.js since 2026. Three layouts within fourteen months."""

import re
from datetime import date

from processing.rules import Rules
from spiders.families.news_sitemap import news_sitemap
from spiders.outlet import Pace

OUTLET = news_sitemap(
    name="hankookilbo",
    title="한국일보",
    home="https://www.hankookilbo.com/",
    latest="https://www.hankookilbo.com/sitemap/latest-articles",
    days="https://www.hankookilbo.com/sitemap/daily-articles/{yyyymmdd}",
    article=re.compile(r"/(?:news/article|News/Read)/(?:[Aa]mp/)?(?P<id>A\d{16,19})"),
    canonical="https://www.hankookilbo.com/news/article/{id}",
    older=(re.compile(r"/News/Read/(?P<id>\d{18})(?:[/?#]|$)"),),
    rules=(
        Rules(until=date(2026, 1, 28), body="div[itemprop=articleBody]"),
        Rules(until=date(2026, 6, 30)),  # the text is in script JSON, where the reader finds it
        Rules(body="div.article-view"),
    ),
    pace=Pace.QUARTER_HOUR,
    daily=(100, 900),
    evidence="sitemaps and layouts as kept by a public project's dated parsers, 2025-05 to 2026-08",
    caveats=(
        "No feed: the checker of 2026-08 found none.",
        "The day on which the third layout began is not known.",
    ),
)
