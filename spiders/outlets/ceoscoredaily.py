"""CEO스코어데일리 (CEO Score Daily): corporate news, WCMS."""

import re

from spiders.families.wcms import wcms
from spiders.outlet import Listing

OUTLET = wcms(
    name="ceoscoredaily",
    title="CEO스코어데일리",
    home="https://www.ceoscoredaily.com/",
    sources=(Listing("https://www.ceoscoredaily.com/"),),
    older=(re.compile(r"/news/article\.html\?(?:.*&)?no=(?P<id>\d+)"),),
    daily=(20, 200),
    evidence="URL form met by a real URL; body seen 2023",
    caveats=(
        "No feed and no sitemap is known: the front page is the only list, so completeness is not claimed.",
    ),
)
