"""동아사이언스 (Donga Science): science, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="dongascience",
    title="동아사이언스",
    home="https://www.dongascience.com/",
    sources=(Listing("https://www.dongascience.com/"),),
    article=re.compile(r"/news/view/(?P<id>\d{4,7})(?:[/?]|$)"),
    canonical="https://www.dongascience.com/news/view/{id}",
    older=(re.compile(r"/news\.php\?(?:.*&)?idx=(?P<id>\d+)"),),
    daily=(5, 50),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed (three paths under /rss fail, 2026): the front page is the only list.",),
)
