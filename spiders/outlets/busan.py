"""부산일보 (The Busan Ilbo): regional daily, own CMS; the id is in the query as `code`."""

import re

from processing.rules import Rules
from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="busan",
    title="부산일보",
    home="https://www.busan.com/",
    sources=(Listing("https://www.busan.com/"),),
    article=re.compile(r"/view/[a-z]+/view\.php\?(?:.*&)?code=(?P<id>\d{19})"),
    canonical="https://www.busan.com/view/busan/view.php?code={id}",
    hosts=("mobile.busan.com",),
    rules=(Rules(body=".article_content", drop=(".wcms_side",)),),
    daily=(80, 600),
    evidence="URL form met by 30 real URLs; body seen 2023",
    caveats=(
        "No feed and no sitemap is known: the front page is the only list, so completeness is not claimed.",
    ),
)
