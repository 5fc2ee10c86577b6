"""시대 (Sidae), until early 2026 머니S (MoneyS): finance weekly of 머니투데이, own CMS."""

import re

from processing.rules import Rules
from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="moneys",
    title="시대",
    home="https://www.sidae.com/",
    sources=(Listing("https://www.sidae.com/"),),
    article=re.compile(r"(?:/article/|/mwView\.php\?(?:.*&)?no=)(?P<id>\d{19})"),
    canonical="https://www.sidae.com/article/{id}",
    hosts=("moneys.co.kr", "www.moneys.co.kr", "moneys.mt.co.kr"),
    rules=(Rules(body="#textBody"),),
    daily=(20, 400),
    evidence="addresses of sidae.com of 2026-09, of moneys.co.kr of 2026-01; body of an earlier host seen 2023",
    caveats=(
        "No feed and no sitemap is known: the front page is the only list, so completeness is not claimed.",
        "The numbers survived the moves from moneys.mt.co.kr and moneys.co.kr.",
    ),
)
