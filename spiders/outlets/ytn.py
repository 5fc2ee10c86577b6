"""YTN: news channel, own CMS."""

import re

from processing.rules import Rules
from spiders.outlet import Listing, Outlet, Pace

OUTLET = Outlet(
    name="ytn",
    title="YTN",
    home="https://www.ytn.co.kr/",
    sources=(
        Listing("https://www.ytn.co.kr/news/list.php?mcd=recentnews"),
        *(
            Listing(f"https://www.ytn.co.kr/news/list.php?mcd=010{section}")
            for section in range(1, 9)
        ),
    ),
    article=re.compile(
        r"/(?:_ln/|_cs/_ln_|news_view\.amp\.php\?(?:.*&)?param=)(?P<section>\d{4})_(?P<id>\d{18})"
    ),
    canonical="https://www.ytn.co.kr/_ln/{section}_{id}",
    older=(re.compile(r"/news_view\.php\?(?:.*&)?key=(?P<id>\d{18})"),),
    hosts=("m.ytn.co.kr",),
    rules=(Rules(body="#CmAdContent"),),
    pace=Pace.QUARTER_HOUR,
    daily=(100, 1000),
    evidence="lists used by public crawlers; URL form and body of pages saved 2026-05",
    caveats=(
        "No feed and no sitemap is known: lists of sections only, so completeness is not claimed.",
        "og:type says video although the page has its full text.",
    ),
)
