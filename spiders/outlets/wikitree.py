"""위키트리 (Wikitree): internet paper, own CMS."""

import re

from processing.rules import Rules
from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="wikitree",
    title="위키트리",
    home="https://www.wikitree.co.kr/",
    sources=(Listing("https://www.wikitree.co.kr/"),),
    article=re.compile(r"/articles/(?P<id>\d{5,7})(?:[/?]|$)"),
    canonical="https://www.wikitree.co.kr/articles/{id}",
    hosts=("m.wikitree.co.kr",),
    rules=(Rules(body="#wikicon"),),
    older=(re.compile(r"/main/news_view\.php\?(?:.*&)?id=(?P<id>\d+)"),),
    daily=(80, 800),
    evidence="URL form met by 7 real URLs; body seen 2023",
    caveats=(
        "No feed and no sitemap is known: the front page is the only list, so completeness is not claimed.",
    ),
)
