"""MBC 뉴스: public broadcaster, own CMS."""

import re

from processing.rules import Rules
from spiders.families.feed import feed
from spiders.outlet import Pace

OUTLET = feed(
    name="mbc",
    title="MBC",
    home="https://imnews.imbc.com/",
    feeds=("https://imnews.imbc.com/rss/google_news/narrativeNews.rss",),
    article=re.compile(r"(?P<path>/[a-z0-9_]+/\d{4}/[a-z0-9_]+/article/)(?P<id>\d{7}_\d{5})\.html"),
    canonical="https://imnews.imbc.com{path}{id}.html",
    rules=(Rules(body=".news_txt"),),
    pace=Pace.QUARTER_HOUR,
    daily=(60, 600),
    paused="robots.txt disallows everything to everybody (seen 2026-08)",
    permission_needed="robots.txt: User-agent: * / Disallow: /",
    evidence="robots.txt seen 2026-08; the feed answered 200; body seen 2023",
    caveats=("Its pages forbid use including AI training.",),
)
