"""팜이데일리 (Pharm Edaily): premium bio and pharma news on the platform of 이데일리."""

import re

from processing.rules import Rules
from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="pharm_edaily",
    title="팜이데일리",
    home="https://pharm.edaily.co.kr/",
    sources=(
        Listing("https://pharm.edaily.co.kr/News/List_All?cd=PE00"),
        Listing("https://pharm.edaily.co.kr/News/NewsList"),
    ),
    article=re.compile(r"(?i:/news/read)\?(?:.*&)?(?i:newsid)=(?P<id>\d{17})(?:&|$)"),
    canonical="https://pharm.edaily.co.kr/News/Read?mediaCodeNo=257&newsId={id}",
    rules=(Rules(body=".newsbody"),),
    daily=(5, 80),
    evidence="lists and selectors seen 2026-03; no feed, no sitemap",
    caveats=(
        "Premium: a locked page has a preview and says so; the preview is kept and marked, nothing is bypassed.",
        "robots.txt is per host and that of this one has not been seen: it is judged at the first crawl.",
    ),
)
