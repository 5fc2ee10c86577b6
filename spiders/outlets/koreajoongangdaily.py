"""코리아중앙데일리 (Korea JoongAng Daily): English-language daily, own CMS; on a host of its own since mid-2026."""

import re

from processing.rules import Rules
from spiders.outlet import Feed, Listing, Outlet

OUTLET = Outlet(
    name="koreajoongangdaily",
    title="코리아중앙데일리",
    home="https://www.koreajoongangdaily.com/",
    sources=(
        Listing("https://www.koreajoongangdaily.com/"),
        Feed("https://koreajoongangdaily.joins.com/xmls/joins"),
    ),
    article=re.compile(
        r"koreajoongangdaily\.com(?P<path>/[a-z-]+/(?:[a-z-]+/)?[^/?#]+/)(?P<id>\d{8})(?:[/?#]|$)"
    ),
    canonical="https://www.koreajoongangdaily.com{path}{id}",
    older=(
        re.compile(r"joins\.com/news/\d{4}-\d{2}-\d{2}/\w+/\w+/[^/?#]+/(?P<id>\d{7})(?:[/?#]|$)"),
        re.compile(r"joins\.com/\d{4}/\d{2}/\d{2}/(?:[^/]+/){1,4}(?P<id>\d{17})\.html"),
    ),
    rules=(Rules(english=True),),
    daily=(20, 200),
    evidence="addresses of the new host of 2026-06 to 2026-09, of the former one to 2026-06; feed used 2025-11",
    caveats=(
        "In English.",
        "The move gave every article another number, so an article of before is known under both addresses.",
        "No list of the new host is known but its front page; the feed is that of the former host.",
    ),
)
