"""비즈니스포스트 (Business Post): corporate news, own CMS; the id is in the query."""

import re

from processing.rules import Rules
from spiders.outlet import Feed, Listing, Outlet

OUTLET = Outlet(
    name="businesspost",
    title="비즈니스포스트",
    home="https://www.businesspost.co.kr/",
    sources=(
        Feed("https://www.businesspost.co.kr/rss/Article.xml"),
        Listing("https://www.businesspost.co.kr/"),
    ),
    article=re.compile(r"/BP\?(?=.*command=(?:article|mobile)_view)(?:.*&)?num=(?P<id>\d{5,6})"),
    canonical="https://www.businesspost.co.kr/BP?command=article_view&num={id}",
    hosts=("m.businesspost.co.kr",),
    rules=(Rules(body=".detail_editor"),),
    daily=(40, 400),
    evidence="feed in use by several public collectors 2026; URL form met by 4 real URLs; body seen 2023",
)
