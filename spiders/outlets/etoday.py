"""이투데이 (Etoday): economic daily, own CMS."""

import re

from processing.rules import Rules
from spiders.families.feed import feed
from spiders.outlet import Pace

OUTLET = feed(
    name="etoday",
    title="이투데이",
    home="https://www.etoday.co.kr/",
    feeds=("https://rss.etoday.co.kr/eto/etoday_news_all.xml",),
    article=re.compile(r"(?:/news/view/|/newsview\.php\?(?:.*&)?idxno=)(?P<id>\d{6,7})"),
    canonical="https://www.etoday.co.kr/news/view/{id}",
    hosts=("m.etoday.co.kr",),
    rules=(Rules(body=".articleView"),),
    pace=Pace.QUARTER_HOUR,
    daily=(150, 1000),
    evidence="feed parsed with 231 entries 2026-08-20; body seen 2023",
)
