"""코리아타임스 (The Korea Times): English-language daily, own CMS; addresses end in a slug."""

import re

from processing.rules import Rules
from spiders.families.feed import feed

OUTLET = feed(
    name="koreatimes",
    title="코리아타임스",
    home="https://www.koreatimes.co.kr/",
    feeds=("https://feed.koreatimes.co.kr/k/allnews.xml",),
    article=re.compile(r"/(?:amp/)?(?P<path>(?:[a-z-]+/){1,3}\d{8})/(?P<id>[^/?#]+)"),
    canonical="https://www.koreatimes.co.kr/{path}/{id}",
    older=(re.compile(r"/www/[a-z]+/\d{4}/\d{2}/\d{3}_(?P<id>\d{5,6})\.html"),),
    daily=(30, 300),
    evidence="feed parsed with 65 entries 2026-08-20",
    rules=(Rules(english=True),),
    caveats=("Numbers of before 2025 did not survive the move.", "In English."),
)
