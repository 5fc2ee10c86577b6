"""한겨레21 (Hankyoreh 21): news weekly of 한겨레, own CMS."""

import re

from processing.rules import Rules
from spiders.families.feed import feed
from spiders.outlet import Pace

OUTLET = feed(
    name="hani21",
    title="한겨레21",
    home="https://h21.hani.co.kr/",
    feeds=("https://h21.hani.co.kr/rss/",),
    quiet_hours=96,
    article=re.compile(r"/arti/(?:[a-z_]+/){0,3}(?P<id>\d{4,6})\.html"),
    canonical="https://h21.hani.co.kr/arti/{id}.html",
    rules=(Rules(body="#contents"),),
    pace=Pace.DAILY,
    daily=(0, 40),
    evidence="feed parsed with 30 entries 2026-08-20; body seen 2023",
    caveats=(
        "The feed's items state no date.",
        "Sections are no part of the canonical URL; ask at the URL that was announced.",
    ),
)
