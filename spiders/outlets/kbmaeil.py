"""경북매일 (Kyongbuk Maeil): regional daily; article14 CMS since 2026, NDSoft before."""

import re

from spiders.families.article14 import article14
from spiders.outlet import Listing

OUTLET = article14(
    name="kbmaeil",
    title="경북매일",
    home="https://www.kbmaeil.com/",
    sources=(Listing("https://www.kbmaeil.com/"),),
    older=(re.compile(r"/news/articleView\.html\?(?:.*&)?idxno=(?P<id>\d+)"),),
    daily=(40, 400),
    evidence="URL forms met by 3 real URLs; the page of 2026 has not been seen",
    caveats=(
        "No feed and no sitemap is known: the front page is the only list, so completeness is not claimed.",
    ),
)
