"""서울경제 (The Seoul Economic Daily): economic daily, own CMS; two id spaces."""

import re

from processing.reading.rules import Rules
from spiders.outlet import Feed, Outlet, Pace

OUTLET = Outlet(
    name="sedaily",
    title="서울경제",
    home="https://www.sedaily.com/",
    sources=(
        Feed("https://www.sedaily.com/rss/newsall"),
        *(Feed(f"https://www.sedaily.com/rss/{section}") for section in ("economy", "finance", "politics", "society")),
    ),
    article=re.compile(r"/article/(?P<id>\d{8})(?:[/?]|$)"),
    canonical="https://www.sedaily.com/article/{id}",
    older=(re.compile(r"/NewsView/(?P<id>[0-9A-Z]{10})"),),
    hosts=("m.sedaily.com",),
    rules=(Rules(body=".article_view[itemprop=articleBody]"),),
    pace=Pace.QUARTER_HOUR,
    daily=(150, 1200),
    evidence="feed parsed with 50 entries 2026-08-20; section feeds follow a known pattern; body seen 2025",
    caveats=("The form /article/ is known from one list only.",),
)
