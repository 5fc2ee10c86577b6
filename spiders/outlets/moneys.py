"""머니S (MoneyS): finance weekly of 머니투데이, own CMS."""

import re

from processing.rules import Rules
from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="moneys",
    title="머니S",
    home="https://www.moneys.co.kr/",
    sources=(Listing("https://www.moneys.co.kr/"),),
    article=re.compile(r"(?:/article/|/mwView\.php\?(?:.*&)?no=)(?P<id>\d{19})"),
    canonical="https://www.moneys.co.kr/article/{id}",
    hosts=("moneys.mt.co.kr",),
    rules=(Rules(body="#textBody"),),
    daily=(20, 400),
    evidence="addresses of this form of 2026-01; body of the former host seen 2023",
    caveats=(
        "No feed and no sitemap is known: the front page is the only list, so completeness is not claimed.",
        "The numbers survived the move from moneys.mt.co.kr.",
    ),
)
