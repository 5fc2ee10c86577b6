"""국민일보 (Kukmin Ilbo): national daily, own CMS; the id is in the query, feeds carry the full text."""

import re

from processing.reading.rules import Rules
from spiders.outlet import Feed, Outlet, Pace, Sitemap

OUTLET = Outlet(
    name="kmib",
    title="국민일보",
    home="https://www.kmib.co.kr/",
    sources=(
        Feed("https://www.kmib.co.kr/rss/data/kmibRssAll.xml"),
        Sitemap("https://www.kmib.co.kr/rss/data/sitemap/daily/{yyyy}/{mm}/dailyArticleList_{yyyymmdd}.xml"),
    ),
    article=re.compile(r"/article/view\.asp\?(?:.*&)?arcid=(?P<id>\d{10})"),
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
