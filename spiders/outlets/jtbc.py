"""JTBC 뉴스: broadcaster; its pages are empty without JavaScript."""

import re

from spiders.families.news_sitemap import news_sitemap
from spiders.outlet import Pace

OUTLET = news_sitemap(
    name="jtbc",
    title="JTBC",
    home="https://news.jtbc.co.kr/",
    latest="https://news.jtbc.co.kr/sitemaps/latest-articles",
    feeds=("https://fs.jtbc.co.kr/RSS/newsflash.xml",),
    article=re.compile(
        r"(?:/article/|(?i:/article/article\.aspx)\?(?:.*&)?news_id=)(?P<id>NB\d{8})"
    ),
    canonical="https://news.jtbc.co.kr/article/{id}",
    hosts=("news.jtbc.joins.com",),
    pace=Pace.QUARTER_HOUR,
    daily=(60, 600),
    render=True,
    evidence="sitemap and robots confirmed by a public project 2026-08; URL form met by 580 real URLs",
    caveats=(
        "No text in the HTML as served: it is rendered where the optional browser is there, else rejected.",
        "The newest item of the feed was of 2024-10 when it was last parsed.",
    ),
)
