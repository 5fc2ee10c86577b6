"""디지털타임스 (Digital Times): technology daily, own CMS; ids of before 2025 are another space."""

import re

from spiders.families.feed import feed
from spiders.outlet import Pace

OUTLET = feed(
    name="dt",
    title="디지털타임스",
    home="https://www.dt.co.kr/",
    feeds=("https://www.dt.co.kr/rss/google/latest",),
    article=re.compile(r"/article/(?P<id>\d{8})(?:[/?]|$)"),
    canonical="https://www.dt.co.kr/article/{id}",
    older=(re.compile(r"/contents\.html\?(?:.*&)?article_no=(?P<id>\d{22})"),),
    hosts=("m.dt.co.kr",),
    pace=Pace.QUARTER_HOUR,
    daily=(60, 500),
    evidence="feed in use 2026, a sister feed gave 427 entries with full text; URL forms met by 28 real URLs",
    caveats=("No page of the present layout has been seen. Old pages are EUC-KR.",),
)
