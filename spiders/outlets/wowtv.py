"""한국경제TV (Wow TV): economic broadcaster, own CMS; the id is in the query."""

import re

from processing.rules import Rules
from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="wowtv",
    title="한국경제TV",
    home="https://www.wowtv.co.kr/",
    sources=(
        Listing("https://www.wowtv.co.kr/NewsCenter/News/NewsList?subMenu=latest&menuSeq=459"),
        Listing("https://www.wowtv.co.kr/"),
    ),
    article=re.compile(
        r"(?i:/NewsCenter/News/(?:Read|view\.asp)\?(?:.*&)?(?:articleId|artid)=)(?P<id>A\d{12})"
    ),
    canonical="https://www.wowtv.co.kr/NewsCenter/News/Read?articleId={id}",
    hosts=("news.wowtv.co.kr", "m.wowtv.co.kr"),
    rules=(Rules(body="#divNewsContent"),),
    daily=(80, 600),
    evidence="addresses of this form of 2026-08; list in public collectors; body seen 2023",
    caveats=(
        "No feed (/rss leads to HTML, seen by a checker 2026) and no sitemap is known: lists only.",
    ),
)
