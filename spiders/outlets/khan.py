"""경향신문 (The Kyunghyang Shinmun): national daily, own CMS; EUC-KR until the 2010s."""

import re

from processing.rules import Rules
from spiders.families.news_sitemap import news_sitemap
from spiders.outlet import Pace

OUTLET = news_sitemap(
    name="khan",
    title="경향신문",
    home="https://www.khan.co.kr/",
    latest="https://www.khan.co.kr/sitemap/latest-articles.xml",
    feeds=("https://www.khan.co.kr/rss/rssdata/total_news.xml",),
    article=re.compile(r"(?:/article/|/khan_art_view\.html\?(?:.*&)?artid=)(?P<id>\d{15})"),
    canonical="https://www.khan.co.kr/article/{id}",
    hosts=("news.khan.co.kr", "biz.khan.co.kr", "m.khan.co.kr"),
    rules=(Rules(body="#articleBody"),),
    pace=Pace.QUARTER_HOUR,
    daily=(80, 700),
    evidence="feed parsed with 50 entries 2026-08-20; sitemap, robots and body confirmed by a public project 2026-08",
    caveats=("The feed states times as dc:date only.",),
)
