"""디지털타임스 (Digital Times): technology daily, own CMS; ids of before 2025 are another space."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="dt",
    title="디지털타임스",
    home="https://www.dt.co.kr/",
    sources=(Listing("https://www.dt.co.kr/"),),
    article=re.compile(r"/article/(?P<id>\d{8})(?:[/?]|$)"),
    canonical="https://www.dt.co.kr/article/{id}",
    older=(re.compile(r"/contents\.html\?(?:.*&)?article_no=(?P<id>\d{22})"),),
    hosts=("m.dt.co.kr",),
    daily=(60, 500),
    evidence="URL forms met by 28 real URLs; no page of the present layout has been seen",
    caveats=(
        "No feed and no sitemap is known: the front page is the only list, so completeness is not claimed.",
        "Old pages are EUC-KR.",
    ),
)
