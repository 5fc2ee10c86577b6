"""엑스포츠뉴스 (Xports News): sports and entertainment, own CMS."""

import re

from spiders.outlet import Listing, Outlet, Pace

OUTLET = Outlet(
    name="xportsnews",
    title="엑스포츠뉴스",
    home="https://www.xportsnews.com/",
    sources=(Listing("https://www.xportsnews.com/"),),
    article=re.compile(r"/article/(?P<id>\d{6,8})(?:[/?]|$)"),
    canonical="https://www.xportsnews.com/article/{id}",
    pace=Pace.QUARTER_HOUR,
    daily=(150, 1000),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed (/rss/allArticle.xml is HTML, 2026-08): the front page is the only list.",),
)
