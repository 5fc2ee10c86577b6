"""비즈워치 (Business Watch): business, own CMS; an id counts within its day."""

import re

from spiders.outlet import Feed, Listing, Outlet

OUTLET = Outlet(
    name="bizwatch",
    title="비즈워치",
    home="https://news.bizwatch.co.kr/",
    sources=(
        Feed("https://news.bizwatch.co.kr/rss/service/market"),
        Feed("https://news.bizwatch.co.kr/rss/service/industry"),
        Listing("https://news.bizwatch.co.kr/"),
    ),
    article=re.compile(r"/article/(?P<path>[a-z_]+/\d{4}/\d{2}/\d{2})/(?P<id>\d{4})"),
    canonical="https://news.bizwatch.co.kr/article/{path}/{id}",
    hosts=("m.bizwatch.co.kr",),
    daily=(10, 120),
    evidence="section feeds in use by public collectors 2026; URL form from a public crawler; no page has been seen",
    caveats=(
        "Its feeds are offered for personal, non-commercial use, a public project notes: ask before sharing.",
        "The four-digit id is unique within a day only; the canonical URL has the day.",
    ),
)
