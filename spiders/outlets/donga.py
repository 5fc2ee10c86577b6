"""동아일보 (The Dong-A Ilbo): national daily, own CMS."""

import re

from processing.rules import Rules
from spiders.families.news_sitemap import news_sitemap
from spiders.outlet import Pace

OUTLET = news_sitemap(
    name="donga",
    title="동아일보",
    aliases=("동아닷컴",),
    home="https://www.donga.com/",
    latest="https://www.donga.com/sitemap/donga-newsmap.xml",
    feeds=("https://rss.donga.com/total.xml",),
    article=re.compile(r"/all/(?P<ymd>\d{8})/(?P<id>\d{7,9})(?:/|$|\?)"),
    canonical="https://www.donga.com/news/article/all/{ymd}/{id}/1",
    older=(re.compile(r"/View\?(?:.*&)?gid=(?P<id>\d{7,9})"),),
    hosts=("news.donga.com",),
    rules=(Rules(body="section.news_view, .news_view"),),
    pace=Pace.QUARTER_HOUR,
    daily=(150, 1000),
    evidence="feed parsed with 50 entries 2026-08-20; sitemap and body confirmed by a public project 2026-08",
    caveats=(
        "The last part of a URL (1 or 2) and its section do not tell articles apart; date and id do.",
        "robots.txt keeps /search and /news/View to itself; the page forbids AI training.",
    ),
)
