"""일요신문 (Ilyo Shinmun): news weekly, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="ilyo",
    title="일요신문",
    home="https://ilyo.co.kr/",
    sources=(Listing("https://ilyo.co.kr/"),),
    article=re.compile(r"/\?(?=(?:.*&)?ac=article_view)(?:.*&)?entry_id=(?P<id>\d{5,7})"),
    canonical="https://ilyo.co.kr/?ac=article_view&entry_id={id}",
    hosts=("www.ilyo.co.kr",),
    daily=(5, 40),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
