"""KBS 뉴스: public broadcaster, own CMS; the id is in the query."""

import re

from processing.rules import Rules
from spiders.families.news_sitemap import news_sitemap
from spiders.outlet import Pace

OUTLET = news_sitemap(
    name="kbs",
    title="KBS",
    home="https://news.kbs.co.kr/",
    latest="https://news.kbs.co.kr/sitemap/recentNewsList.xml",
    article=re.compile(r"/news/(?:pc/view/|mobile/)?view\.do\?(?:.*&)?ncd=(?P<id>\d{7})"),
    canonical="https://news.kbs.co.kr/news/pc/view/view.do?ncd={id}",
    hosts=("m.news.kbs.co.kr", "mn.kbs.co.kr"),
    rules=(Rules(body=".detail-body, #cont_newstext"),),
    pace=Pace.QUARTER_HOUR,
    daily=(150, 1200),
    evidence="sitemap listed 3,317 URLs in a public project's run of 2026-08, which confirmed robots.txt and body",
    caveats=("A video without text has an empty .detail-body.",),
)
