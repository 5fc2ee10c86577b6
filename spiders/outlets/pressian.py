"""프레시안 (Pressian): internet paper, own CMS after the article.html one."""

import re

from processing.rules import Rules
from spiders.families.feed import feed

OUTLET = feed(
    name="pressian",
    title="프레시안",
    home="https://www.pressian.com/",
    feeds=("https://www.pressian.com/api/v3/site/rss/news",),
    article=re.compile(r"/pages/articles/(?P<id>\d{19})"),
    canonical="https://www.pressian.com/pages/articles/{id}",
    older=(re.compile(r"/news/article(?:\.html|/)?\?(?:.*&)?no=(?P<id>\d+)"),),
    hosts=("m.pressian.com",),
    rules=(Rules(body=".article_body"),),
    daily=(20, 200),
    evidence="feed parsed with 25 entries 2026-08-20; robots and body confirmed by a public project 2026-08",
    caveats=("Feed links are escaped twice and append &ref=rss to the path.",),
)
