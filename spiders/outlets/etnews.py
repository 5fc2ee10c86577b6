"""전자신문 (Electronic Times): technology daily, own CMS."""

import re

from processing.rules import Rules
from spiders.families.feed import feed
from spiders.outlet import Pace

OUTLET = feed(
    name="etnews",
    title="전자신문",
    home="https://www.etnews.com/",
    feeds=tuple(
        f"https://rss.etnews.com/{section}.xml"
        for section in ("Section901", "Section902", "Section903", "Section904")
    ),
    article=re.compile(r"etnews\.com/(?P<id>\d{14})(?:[/?]|$)"),
    canonical="https://www.etnews.com/{id}",
    hosts=("m.etnews.com",),
    rules=(Rules(body=".article_body"),),
    pace=Pace.QUARTER_HOUR,
    daily=(80, 600),
    evidence="first section feed parsed with 30 entries 2026-08-20, the others follow its form; body seen 2025",
)
