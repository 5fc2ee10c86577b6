"""조세일보 (Jose Ilbo): tax and finance, own CMS."""

import re

from processing.rules import Rules
from spiders.families.feed import feed

OUTLET = feed(
    name="joseilbo",
    title="조세일보",
    home="https://www.joseilbo.com/",
    feeds=("https://www.joseilbo.com/Contents/rss/rss_total.php",),
    article=re.compile(r"(?P<path>/news/htmls/\d{4}/\d{2}/)(?P<id>\d{14})\.html"),
    canonical="https://www.joseilbo.com{path}{id}.html",
    rules=(Rules(body="#jose_news_view", drop=("div.caption", "p.view_subtle")),),
    older=(re.compile(r"/news/news_read\.php\?(?:.*&)?uid=(?P<id>\d{5,7})"),),
    daily=(30, 300),
    evidence="feed parsed with 20 entries 2026-08-20; body seen 2023",
)
