"""TBS: broadcaster of Seoul, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="tbs",
    title="TBS",
    home="http://tbs.seoul.kr/",
    sources=(Listing("http://tbs.seoul.kr/"),),
    article=re.compile(
        r"/news/newsView\.do\?(?=(?:.*&)?seq_800=(?P<seq>\d+))(?:.*&)?idx_800=(?P<id>\d{6,8})"
    ),
    canonical="https://tbs.seoul.kr/news/newsView.do?idx_800={id}&seq_800={seq}&typ_800=7",
    daily=(5, 30),
    evidence="addresses of 2026-07; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
