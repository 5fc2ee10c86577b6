"""서울경제 (The Seoul Economic Daily): economic daily, own CMS; two id spaces."""

import re

from processing.rules import Rules
from spiders.families.feed import feed
from spiders.outlet import Pace

OUTLET = feed(
    name="sedaily",
    title="서울경제",
    home="https://www.sedaily.com/",
    feeds=(
        "https://www.sedaily.com/rss/newsall",
        *(
            f"https://www.sedaily.com/rss/{section}"
            for section in ("economy", "finance", "politics", "society")
        ),
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
