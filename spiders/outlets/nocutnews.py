"""노컷뉴스 (NoCut News): internet paper of CBS, own CMS."""

import re

from processing.rules import Rules
from spiders.families.feed import feed
from spiders.outlet import Pace

OUTLET = feed(
    name="nocutnews",
    title="노컷뉴스",
    home="https://www.nocutnews.co.kr/",
    feeds=("https://rss.nocutnews.co.kr/news/news.xml",),
    article=re.compile(r"/news/(?P<id>\d{6,7})(?:[/?]|$)"),
    canonical="https://www.nocutnews.co.kr/news/{id}",
    hosts=("m.nocutnews.co.kr",),
    rules=(Rules(body="#pnlContent"),),
    pace=Pace.QUARTER_HOUR,
    daily=(100, 800),
    evidence="feed parsed with 50 entries 2026-08-20; body seen 2026-09",
    caveats=("Feed dates name the month by number: 27 09 2026.", "Paragraphs are parted by <br>."),
)
