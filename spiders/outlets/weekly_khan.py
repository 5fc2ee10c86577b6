"""주간경향 (Weekly Kyunghyang): news weekly of 경향신문, own CMS."""

import re

from spiders.families.feed import feed
from spiders.outlet import Pace

OUTLET = feed(
    name="weekly_khan",
    title="주간경향",
    home="https://weekly.khan.co.kr/",
    feeds=("https://weekly.khan.co.kr/rss/rssdata/total_news.xml",),
    quiet_hours=96,
    article=re.compile(r"(?:/article/|/khnm\.html\?(?:.*&)?art_?id=)(?P<id>\d{15})"),
    canonical="https://weekly.khan.co.kr/article/{id}",
    pace=Pace.DAILY,
    daily=(0, 40),
    evidence="feed alive 2026-09; URL forms met by 5 real URLs",
)
