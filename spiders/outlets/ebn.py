"""EBN 산업경제: industry and markets, NDSoft since 2024."""

import re

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="ebn",
    title="EBN 산업경제",
    home="https://www.ebn.co.kr/",
    feeds=("https://cdn.ebn.co.kr/rss/gns_allArticle.xml",),
    sitemaps=("sitemap.xml",),
    older=(re.compile(r"/news/view/(?P<id>\d+)"),),
    daily=(30, 300),
    evidence="feed parsed with 50 entries 2026-08-20",
)
