"""아이뉴스24 (iNews24): technology and business, own CMS."""

import re

from processing.rules import Rules
from spiders.families.feed import feed
from spiders.outlet import Pace

OUTLET = feed(
    name="inews24",
    title="아이뉴스24",
    home="https://www.inews24.com/",
    feeds=("https://www.inews24.com/rss/news_all.xml",),
    article=re.compile(r"/view/(?P<id>\d{6,7})(?:[/?]|$)"),
    canonical="https://www.inews24.com/view/{id}",
    hosts=("m.inews24.com",),
    rules=(Rules(body="#articleBody"),),
    pace=Pace.QUARTER_HOUR,
    daily=(100, 800),
    evidence="feed parsed with 100 entries 2026-08-20; body seen 2023",
)
