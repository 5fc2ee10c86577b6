"""대한경제 (Daehan Economy): construction and economic daily, own CMS; the id is in the query."""

import re

from processing.rules import Rules
from spiders.families.feed import feed

OUTLET = feed(
    name="dnews",
    title="대한경제",
    home="https://www.dnews.co.kr/",
    feeds=("https://www.dnews.co.kr/rss/news_main.xml",),
    article=re.compile(r"/uhtml/view\.jsp\?(?:.*&)?idxno=(?P<id>\d{21})"),
    canonical="https://www.dnews.co.kr/uhtml/view.jsp?idxno={id}",
    hosts=("m.dnews.co.kr",),
    rules=(Rules(body=".text"),),
    daily=(40, 400),
    evidence="feed seen in one list, not found by another checker (2026-08); body seen 2023",
)
