"""한국경제TV (Wow TV): economic broadcaster, own CMS; the id is in the query."""

import re

from processing.rules import Rules
from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="wowtv",
    title="한국경제TV",
    home="https://www.wowtv.co.kr/",
    sources=(Listing("https://www.wowtv.co.kr/"),),
    article=re.compile(r"/NewsCenter/News/Read\?(?:.*&)?articleId=(?P<id>A\d{12})"),
    canonical="https://www.wowtv.co.kr/NewsCenter/News/Read?articleId={id}",
    hosts=("news.wowtv.co.kr", "m.wowtv.co.kr"),
    rules=(Rules(body="#divNewsContent"),),
    daily=(80, 600),
    evidence="URL form met by 7 real URLs; body seen 2023",
    caveats=(
        "No feed and no sitemap is known: the front page is the only list, so completeness is not claimed.",
    ),
)
