"""매일경제 (Maeil Business Newspaper): economic daily, own CMS."""

import re

from processing.rules import Rules
from spiders.families.news_sitemap import news_sitemap
from spiders.outlet import Pace

OUTLET = news_sitemap(
    name="mk",
    title="매일경제",
    home="https://www.mk.co.kr/",
    latest="https://www.mk.co.kr/sitemap/latest-articles/",
    days="https://www.mk.co.kr/sitemap/daily-articles/",
    feeds=("https://www.mk.co.kr/rss/30000001/", "https://www.mk.co.kr/rss/40300001/"),
    article=re.compile(r"/(?:(?:news|article)/(?:[a-z0-9-]+/){0,2}|amp/)(?P<id>\d{7,8})(?:[/?]|$)"),
    canonical="https://www.mk.co.kr/article/{id}",
    older=(
        re.compile(r"/news/[a-z]+/view/\d{4}/\d{2}/(?P<id>\d{5,7})"),
        re.compile(r"/newsRead\.php\?(?:.*&)?no=(?P<id>\d+)"),
    ),
    hosts=("m.mk.co.kr", "news.mk.co.kr", "stock.mk.co.kr", "realty.mk.co.kr"),
    rules=(Rules(body="div.news_cnt_detail_wrap[itemprop=articleBody]"),),
    pace=Pace.QUARTER_HOUR,
    daily=(200, 1500),
    evidence="sitemap seen 2026-07, the daily one 2026-08; feed parsed with 50 entries 2026-08-20; body seen 2025-06",
    caveats=(
        "Ids of before 2022 count per year: the same number returns, so those articles keep their whole URL.",
        "AI agents are banned by name (2026-07); llms.txt offers them the section MK Pick only.",
        "The feeds answered 403 to one checker (2026-09).",
    ),
)
