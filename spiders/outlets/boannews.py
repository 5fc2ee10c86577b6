"""보안뉴스 (Boan News): security, own CMS; the id is in the query."""

import re

from processing.rules import Rules
from spiders.families.feed import feed

OUTLET = feed(
    name="boannews",
    title="보안뉴스",
    home="https://www.boannews.com/",
    feeds=("https://www.boannews.com/media/news_rss.xml",),
    article=re.compile(r"/media/view\.asp\?(?:.*&)?idx=(?P<id>\d{4,6})"),
    canonical="https://www.boannews.com/media/view.asp?idx={id}",
    hosts=("m.boannews.com",),
    rules=(Rules(body="#news_content"),),
    daily=(20, 200),
    evidence="feed parsed with 10 entries 2026-08-20; body seen 2025",
    caveats=("Ten entries are less than an afternoon: polls are steered by their overlap.",),
)
