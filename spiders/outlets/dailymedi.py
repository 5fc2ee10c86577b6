"""데일리메디 (Daily Medi): medicine, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="dailymedi",
    title="데일리메디",
    home="https://www.dailymedi.com/",
    sources=(Listing("https://www.dailymedi.com/"),),
    article=re.compile(r"/news/news_view\.php\?(?:.*&)?wr_id=(?P<id>\d{5,7})"),
    canonical="https://www.dailymedi.com/news/news_view.php?wr_id={id}",
    daily=(10, 80),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
