"""비즈워치 (Business Watch): business, own CMS; an id counts within its day."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="bizwatch",
    title="비즈워치",
    home="https://news.bizwatch.co.kr/",
    sources=(Listing("https://news.bizwatch.co.kr/"),),
    article=re.compile(r"/article/(?P<path>[a-z_]+/\d{4}/\d{2}/\d{2})/(?P<id>\d{4})"),
    canonical="https://news.bizwatch.co.kr/article/{path}/{id}",
    hosts=("m.bizwatch.co.kr",),
    daily=(10, 120),
    evidence="URL form as derived by a public crawler; no page has been seen",
    caveats=(
        "No feed and no sitemap is known: the front page is the only list, so completeness is not claimed.",
        "The four-digit id is unique within a day only; the canonical URL has the day.",
    ),
)
