"""헤럴드경제 (The Herald Business): economic daily, own CMS; another id space before 2024."""

import re

from processing.rules import Rules
from spiders.families.feed import feed
from spiders.outlet import Pace

OUTLET = feed(
    name="heraldcorp",
    title="헤럴드경제",
    home="https://biz.heraldcorp.com/",
    feeds=("https://biz.heraldcorp.com/rss/google/newsAll",),
    article=re.compile(r"/article/(?P<id>\d{8})(?:[/?]|$)"),
    canonical="https://biz.heraldcorp.com/article/{id}",
    older=(re.compile(r"/view\.php\?(?:.*&)?ud=(?P<id>\d{14})"),),
    hosts=("mbiz.heraldcorp.com", "news.heraldcorp.com"),
    rules=(Rules(body="#articleText"),),
    pace=Pace.QUARTER_HOUR,
    daily=(150, 1200),
    evidence="feed parsed with 300 entries 2026-08-20; body seen 2025",
    caveats=("Old `ud` values run on after their 14 digits; the URL keeps them whole.",),
)
