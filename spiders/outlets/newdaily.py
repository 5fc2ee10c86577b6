"""뉴데일리 (New Daily): internet paper, own CMS."""

import re

from processing.rules import Rules
from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="newdaily",
    title="뉴데일리",
    home="https://www.newdaily.co.kr/",
    sources=(
        Listing(
            "https://www.newdaily.co.kr/news/section_list_all.html?catid=all&pn={page}", pages=2
        ),
        Listing("https://www.newdaily.co.kr/"),
    ),
    article=re.compile(r"(?P<path>/site/data/html/\d{4}/\d{2}/\d{2}/)(?P<id>\d{13})\.html"),
    canonical="https://www.newdaily.co.kr{path}{id}.html",
    hosts=tuple(f"{desk}.newdaily.co.kr" for desk in ("biz", "cc", "gg", "gj", "gw", "ic", "tk")),
    rules=(Rules(body="#article_conent, .smartOutput"),),
    daily=(60, 500),
    evidence="addresses of this form of 2026-08; list in public collectors, 2026 among them; body seen 2023",
    caveats=(
        "No feed and no sitemap is known: lists only, so completeness is not claimed.",
        "The id is spelt article_conent by the outlet itself.",
    ),
)
