"""아주경제 (Aju Business Daily): economic daily, own CMS."""

import re

from processing.rules import Rules
from spiders.families.feed import feed
from spiders.outlet import Pace

OUTLET = feed(
    name="ajunews",
    title="아주경제",
    home="https://www.ajunews.com/",
    feeds=("https://www.ajunews.com/rss/sokbo.xml",),
    article=re.compile(r"/view/(?P<id>\d{17})"),
    canonical="https://www.ajunews.com/view/{id}",
    hosts=("m.ajunews.com",),
    rules=(Rules(body="#articleBody"),),
    pace=Pace.QUARTER_HOUR,
    daily=(150, 1200),
    evidence="feed parsed with 802 entries 2026-08-20; body seen 2026",
)
