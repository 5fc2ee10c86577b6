"""스포츠조선 (Sports Chosun): sports daily, own CMS."""

import re

from spiders.outlet import Feed, Outlet, Pace

OUTLET = Outlet(
    name="sportschosun",
    title="스포츠조선",
    home="https://www.sportschosun.com/",
    sources=(Feed("https://www.sportschosun.com/rss/index_all.htm"),),
    article=re.compile(r"/(?P<path>[a-z]+/\d{4}-\d{2}-\d{2})/(?P<id>\d{24})(?:[/?]|$)"),
    canonical="https://www.sportschosun.com/{path}/{id}",
    pace=Pace.QUARTER_HOUR,
    daily=(80, 700),
    evidence="addresses of 2026-08; feed parsed with 100 entries 2026-08-20; robots.txt unknown",
)
