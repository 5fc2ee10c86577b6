"""에너지경제 (Energy Economy): economic daily, view.php CMS."""

import re

from processing.rules import Rules
from spiders.families.view_key import view_key
from spiders.outlet import Listing

OUTLET = view_key(
    name="ekn",
    title="에너지경제",
    view="https://www.ekn.kr/web/view.php",
    sources=(Listing("https://www.ekn.kr/web/newsTotalList.php"), Listing("https://www.ekn.kr/")),
    hosts=("m.ekn.kr",),
    rules=(Rules(body="#news_body_area_contents"),),
    older=(re.compile(r"/news/article\.html\?(?:.*&)?no=(?P<id>\d+)"),),
    daily=(80, 600),
    evidence="list answered 200 to a public project 2026; addresses of this form of 2026-08; body seen 2023",
    caveats=("No feed and no sitemap is known: lists only, so completeness is not claimed.",),
)
