"""코리아중앙데일리 (Korea JoongAng Daily): English-language daily, own CMS."""

import re

from processing.rules import Rules
from spiders.families.feed import feed

OUTLET = feed(
    name="koreajoongangdaily",
    title="코리아중앙데일리",
    home="https://koreajoongangdaily.joins.com/",
    feeds=("https://koreajoongangdaily.joins.com/xmls/joins",),
    article=re.compile(r"(?P<path>/\d{4}/\d{2}/\d{2}/(?:[^/]+/){1,4})(?P<id>\d{17})\.html"),
    canonical="https://koreajoongangdaily.joins.com{path}{id}.html",
    daily=(20, 200),
    evidence="feed used by one aggregator 2025-11",
    rules=(Rules(english=True),),
    caveats=("In English.",),
)
