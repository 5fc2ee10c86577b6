"""내일신문 (Naeil Shinmun): daily, own CMS."""

import re

from processing.rules import Rules
from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="naeil",
    title="내일신문",
    home="https://www.naeil.com/",
    sources=(Listing("https://www.naeil.com/"),),
    article=re.compile(r"/news/read/(?P<id>\d{5,7})"),
    canonical="https://www.naeil.com/news/read/{id}",
    older=(re.compile(r"/news_view/\?(?:.*&)?id_art=(?P<id>\d+)"),),
    rules=(Rules(body="#contents"),),
    daily=(30, 300),
    evidence="addresses of this form of 2026-07; body of the former layout seen 2023",
    caveats=(
        "No feed and no sitemap is known: the front page is the only list, so completeness is not claimed.",
    ),
)
