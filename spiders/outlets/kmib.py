"""국민일보 (Kukmin Ilbo): national daily, own CMS; the id is in the query, feeds carry the full text."""

import re

from processing.rules import Rules
from spiders.families.news_sitemap import news_sitemap
from spiders.outlet import Pace

OUTLET = news_sitemap(
    name="kmib",
    title="국민일보",
    home="https://www.kmib.co.kr/",
    days="https://www.kmib.co.kr/rss/data/sitemap/daily/{yyyy}/{mm}/dailyArticleList_{yyyymmdd}.xml",
    feeds=("https://www.kmib.co.kr/rss/data/kmibRssAll.xml",),
    article=re.compile(r"/article/(?:view|print)\.asp\?(?:.*&)?arcid=(?P<id>\d{10})"),
    canonical="https://www.kmib.co.kr/article/view.asp?arcid={id}",
    hosts=("news.kmib.co.kr", "m.kmib.co.kr"),
    rules=(Rules(body="#articleBody"),),
    pace=Pace.QUARTER_HOUR,
    daily=(100, 800),
    evidence="feed parsed with 30 entries 2026-08-20; body seen 2026-09",
    caveats=(
        "Its notice forbids collection as well as AI training: ask before an archive is shared.",
        "Feed dates carry two blanks.",
    ),
)
