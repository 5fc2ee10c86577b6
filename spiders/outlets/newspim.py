"""뉴스핌 (Newspim): financial wire, own CMS."""

import re

from processing.rules import Rules
from spiders.families.feed import feed
from spiders.outlet import Pace

OUTLET = feed(
    name="newspim",
    title="뉴스핌",
    home="https://www.newspim.com/",
    feeds=tuple(
        f"http://rss.newspim.com/news/category/{section}"
        for section in ("101", "102", "103", "104", "105", "106", "107", "108")
    ),
    article=re.compile(r"/news/view/(?P<id>\d{14})"),
    canonical="https://www.newspim.com/news/view/{id}",
    hosts=("m.newspim.com",),
    rules=(Rules(body="#news-contents"),),
    pace=Pace.QUARTER_HOUR,
    daily=(150, 1200),
    outlet_class="wire",
    evidence="section feeds in use 2026-02; body seen 2023",
)
