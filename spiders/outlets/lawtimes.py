"""법률신문 (Law Times): law, NDSoft."""

import re

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="lawtimes",
    title="법률신문",
    home="https://www.lawtimes.co.kr/",
    feeds=("https://cdn.lawtimes.co.kr/rss/gn_rss_allArticle.xml",),
    older=(re.compile(r"/(?:news|opinion)/(?P<id>\d{5,7})(?:[/?]|$)"),),
    daily=(10, 150),
    evidence="feed parsed with 50 entries 2026-08-20; the family is inferred from the feed's path",
)
