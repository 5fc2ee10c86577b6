"""SBS 뉴스: broadcaster, own CMS; the id is in the query."""

import re

from processing.rules import Rules
from spiders.families.news_sitemap import news_sitemap
from spiders.outlet import Pace

OUTLET = news_sitemap(
    name="sbs",
    title="SBS",
    home="https://news.sbs.co.kr/",
    latest="https://news.sbs.co.kr/news/sitemapRSS.do",
    feeds=("https://news.sbs.co.kr/news/newsflashRssFeed.do",),
    article=re.compile(r"/news/endPage\.do\?(?:.*&)?news_id=(?P<id>N\d{10})"),
    canonical="https://news.sbs.co.kr/news/endPage.do?news_id={id}",
    hosts=("m.news.sbs.co.kr", "mnews.sbs.co.kr"),
    rules=(Rules(body="[itemprop=articleBody], .text_area"),),
    pace=Pace.QUARTER_HOUR,
    daily=(80, 800),
    evidence="feed parsed with 101 entries 2026-08-20; robots.txt and body confirmed by a public project 2026-08",
    caveats=("The page forbids AI training.",),
)
