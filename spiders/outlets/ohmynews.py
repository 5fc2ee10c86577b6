"""오마이뉴스 (OhmyNews): internet paper, own CMS; the id is in the query."""

import re

from processing.rules import Rules
from spiders.families.news_sitemap import news_sitemap
from spiders.outlet import Pace

OUTLET = news_sitemap(
    name="ohmynews",
    title="오마이뉴스",
    home="https://www.ohmynews.com/",
    latest="https://www.ohmynews.com/NWS_Web/View/latestnews.aspx",
    feeds=("http://rss.ohmynews.com/rss/ohmynews.xml",),
    article=re.compile(
        r"/NWS_Web/(?:[A-Za-z]+/)+[A-Za-z0-9_]*_?pg\.aspx\?(?:.*&)?CNTN_CD=(?P<id>A\d{10})"
    ),
    canonical="https://www.ohmynews.com/NWS_Web/View/at_pg.aspx?CNTN_CD={id}",
    hosts=("star.ohmynews.com", "m.ohmynews.com"),
    rules=(Rules(body="[itemprop=articleBody], .at_contents"),),
    pace=Pace.QUARTER_HOUR,
    daily=(40, 400),
    evidence="sitemap, robots and body confirmed by a public project 2026-08; feed parsed with 20 entries 2026-08-20",
    caveats=("star.ohmynews.com is a host with its own robots.txt.",),
)
