"""뉴스토마토 (Newstomato): economic daily, own CMS; the id is in the query."""

import re

from processing.rules import Rules
from spiders.families.feed import feed

OUTLET = feed(
    name="newstomato",
    title="뉴스토마토",
    home="https://www.newstomato.com/",
    feeds=tuple(
        f"https://www.newstomato.com/rss/?cate={section}" for section in ("11", "13", "14", "15")
    ),
    article=re.compile(r"(?i:/read(?:news|newspaper)\.aspx)\?(?:.*&)?no=(?P<id>\d{6,7})"),
    canonical="https://www.newstomato.com/ReadNews.aspx?no={id}",
    rules=(Rules(body=".rns_text"),),
    daily=(60, 500),
    evidence="section feeds in use 2026-02; body seen 2023",
)
