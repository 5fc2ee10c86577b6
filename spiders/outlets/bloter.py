"""블로터 (Bloter): technology and business, NDSoft since 2023."""

import re

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="bloter",
    title="블로터",
    home="https://www.bloter.net/",
    feeds=("https://cdn.bloter.net/rss/gns_allArticle.xml", "rss/allArticle.xml"),
    sitemaps=("sitemap.xml",),
    older=(re.compile(r"/newsView/(?P<id>blt\d{12})"),),
    daily=(20, 200),
    evidence="feed parsed with 50 entries 2026-08-20; page seen 2026-10",
)
