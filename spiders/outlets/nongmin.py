"""농민신문 (Nongmin Shinmun): farming daily, article14 CMS; another id space before 2023."""

import re

from processing.rules import Rules
from spiders.families.article14 import article14
from spiders.outlet import Listing

OUTLET = article14(
    name="nongmin",
    title="농민신문",
    home="https://www.nongmin.com/",
    sources=(
        Listing("https://www.nongmin.com/list/19"),
        Listing("https://www.nongmin.com/list/20"),
        Listing("https://www.nongmin.com/"),
    ),
    older=(
        re.compile(r"/article/ar_detail\.htm\?(?:.*&)?seq_id=(?P<id>\d+)"),
        re.compile(r"/news/NEWS/[A-Z]{3}/[A-Z]{3}/(?P<id>\d+)/view"),
    ),
    rules=(Rules(body="div.news_txt"),),
    daily=(30, 300),
    evidence="addresses of this form of 2026-08; two lists in public collectors; body seen 2023",
    caveats=("No feed and no sitemap is known: lists only, so completeness is not claimed.",),
)
