"""아시아경제 (The Asia Business Daily): economic daily, own CMS."""

import re

from processing.rules import Rules
from spiders.families.feed import feed
from spiders.outlet import Pace

OUTLET = feed(
    name="asiae",
    title="아시아경제",
    home="https://www.asiae.co.kr/",
    feeds=("https://view.asiae.co.kr/rss/all.htm", "https://www.asiae.co.kr/rss/stock.htm"),
    article=re.compile(r"(?:/article/(?:[a-z-]+/)?|/news/view\.htm\?(?:.*&)?idxno=)(?P<id>\d{19})"),
    canonical="https://www.asiae.co.kr/article/{id}",
    hosts=("view.asiae.co.kr", "cm.asiae.co.kr"),
    rules=(Rules(body="#txt_area"),),
    pace=Pace.QUARTER_HOUR,
    daily=(200, 1500),
    evidence="feed parsed with 100 entries 2026-08-20; body seen 2025",
    caveats=(
        "/en/article/ holds translations: other articles with ids of their own.",
        "Links of 2026 use www, older ones view and cm: one id space.",
    ),
)
