"""MBN: broadcaster of the 매경 group, own CMS."""

import re

from processing.rules import Rules
from spiders.families.feed import feed
from spiders.outlet import Pace

OUTLET = feed(
    name="mbn",
    title="MBN",
    home="https://www.mbn.co.kr/",
    feeds=tuple(
        f"https://www.mbn.co.kr/rss/{section}/" for section in ("politics", "economy", "society")
    ),
    article=re.compile(
        r"(?:/news/[a-z]+/|/pages/news/newsView\.php\?(?:.*&)?news_seq_no=)(?P<id>\d{7})"
    ),
    canonical="https://www.mbn.co.kr/pages/news/newsView.php?news_seq_no={id}",
    hosts=("mbn.mk.co.kr", "m.mbn.co.kr"),
    rules=(Rules(body="#newsViewArea"),),
    pace=Pace.QUARTER_HOUR,
    daily=(50, 500),
    evidence="politics feed parsed with 30 entries 2026-08-20, the others follow its form; body seen 2023",
    caveats=("The same id serves both URL forms; the section is no part of the identity.",),
)
