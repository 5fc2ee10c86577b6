"""부산일보 (The Busan Ilbo): regional daily, own CMS; the id is in the query as `code`."""

import re

from processing.rules import Rules
from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="busan",
    title="부산일보",
    home="https://www.busan.com/",
    sources=(
        Listing("https://www.busan.com/newsList/busan/0201000000"),
        Listing("https://www.busan.com/"),
    ),
    article=re.compile(r"/view/[a-z]+/view\.php\?(?:.*&)?code=(?P<id>\d{19})"),
    canonical="https://www.busan.com/view/busan/view.php?code={id}",
    hosts=("mobile.busan.com",),
    rules=(Rules(body=".article_content", drop=(".wcms_side",)),),
    older=(re.compile(r"/view/[a-z]+/view\.php\?(?:.*&)?code=(?P<id>\d{14})(?!\d)"),),
    daily=(80, 600),
    evidence="addresses of this form of 2026-08; section list in public collectors; body seen 2023",
    caveats=(
        "No feed and no sitemap is known: the front page and one section, so completeness is not claimed.",
    ),
)
