"""세계일보 (Segye Ilbo): national daily, own CMS."""

import re

from processing.rules import Rules
from spiders.families.news_sitemap import news_sitemap
from spiders.outlet import Pace

OUTLET = news_sitemap(
    name="segye",
    title="세계일보",
    home="https://www.segye.com/",
    latest="https://www.segye.com/sitemap_day0.xml",
    feeds=("http://www.segye.com/Articles/RSSList/segye_recent.xml",),
    article=re.compile(r"(?:/(?:newsView|view)/|/content/html/\d{4}/\d{2}/\d{2}/)(?P<id>\d{14})"),
    canonical="https://www.segye.com/newsView/{id}",
    hosts=("m.segye.com",),
    rules=(Rules(body="article.viewBox2, #article_txt"),),
    pace=Pace.QUARTER_HOUR,
    daily=(100, 800),
    evidence="feed parsed with 20 entries 2026-08-20; body seen 2025",
    caveats=("Feed dates lack a blank: Sun,27 Sep.",),
)
