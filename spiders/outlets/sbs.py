"""SBS 뉴스: broadcaster, own CMS; the id is in the query."""

import re

from processing.reading.rules import Rules
from spiders.outlet import Feed, Outlet, Pace, Sitemap

OUTLET = Outlet(
    name="sbs",
    title="SBS",
    home="https://news.sbs.co.kr/",
    sources=(
        Feed("https://news.sbs.co.kr/news/newsflashRssFeed.do"),
        Sitemap("https://news.sbs.co.kr/news/sitemapRSS.do"),
    ),
    article=re.compile(r"/news/endPage\.do\?(?:.*&)?news_id=(?P<id>N\d{10})"),
    canonical="https://news.sbs.co.kr/news/endPage.do?news_id={id}",
    hosts=("m.news.sbs.co.kr", "mnews.sbs.co.kr"),
    rules=(Rules(body="[itemprop=articleBody], .text_area"),),
    pace=Pace.QUARTER_HOUR,
    daily=(80, 800),
    evidence="feed parsed with 101 entries 2026-08-20; robots.txt and body confirmed by a public project 2026-08",
    caveats=("The page forbids AI training.",),
)
