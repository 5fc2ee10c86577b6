"""엔터미디어 (Entermedia): television criticism, own CMS in 2020."""

import re

from spiders.outlet import Outlet

OUTLET = Outlet(
    name="entermedia",
    title="엔터미디어",
    home="https://entermedia.co.kr/",
    article=re.compile(r"/news/news_view\.html\?(?:.*&)?idx=(?P<id>\d+)"),
    canonical="https://entermedia.co.kr/news/news_view.html?idx={id}",
    daily=(0, 60),
    paused="no source is known: readable from kept pages",
    evidence="one page kept in a public test collection, 2020",
)
