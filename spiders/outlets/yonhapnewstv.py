"""연합뉴스TV (Yonhap News TV): news channel of 연합뉴스, own CMS; its feeds come from an earlier WordPress."""

import re

from spiders.families.feed import feed
from spiders.outlet import Pace

OUTLET = feed(
    name="yonhapnewstv",
    title="연합뉴스TV",
    home="https://www.yonhapnewstv.co.kr/",
    feeds=(
        "https://www.yonhapnewstv.co.kr/browse/feed/",
        "http://www.yonhapnewstv.co.kr/category/news/politics/feed/",
        "http://www.yonhapnewstv.co.kr/category/news/economy/feed/",
        "http://www.yonhapnewstv.co.kr/category/news/society/feed/",
    ),
    article=re.compile(r"yonhapnewstv\.co\.kr/(?:news/)?(?P<id>(?:MYH|AKR)\d{14,17}[A-Za-z]{0,3})"),
    canonical="https://www.yonhapnewstv.co.kr/news/{id}",
    pace=Pace.QUARTER_HOUR,
    daily=(80, 800),
    evidence="all-news feed parsed with 11 entries 2026-08-20; section feeds with the full text in use 2026-02",
    caveats=("/browse/feed/ was gone for another checker in 2026-09: the section feeds stand in.",),
)
