"""마이데일리 (MyDaily): sports and entertainment, WCMS; its canonical host has no www."""

import re

from processing.rules import Rules
from spiders.families.wcms import wcms
from spiders.outlet import Listing, Pace

OUTLET = wcms(
    name="mydaily",
    title="마이데일리",
    home="https://mydaily.co.kr/",
    sources=(Listing("https://mydaily.co.kr/"),),
    older=(re.compile(r"/new_yk/html/read\.php\?(?:.*&)?newsid=(?P<id>\d{18})"),),
    hosts=("www.mydaily.co.kr", "m.mydaily.co.kr"),
    rules=(Rules(body=".article_content", drop=(".wcms_banner", ".art_mid_ad", ".clean_banner")),),
    pace=Pace.QUARTER_HOUR,
    daily=(80, 800),
    evidence="URL form, body and JSON-LD of pages saved 2026-05",
    caveats=(
        "No feed is known: the front page is the only list, so completeness is not claimed.",
        "og:title is escaped twice. The page forbids AI training and use.",
    ),
)
