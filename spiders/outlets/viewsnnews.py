"""뷰스앤뉴스 (Views and News): internet paper, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="viewsnnews",
    title="뷰스앤뉴스",
    home="https://www.viewsnnews.com/",
    sources=(Listing("https://www.viewsnnews.com/"),),
    article=re.compile(r"/article\?(?:.*&)?q=(?P<id>\d{5,7})"),
    canonical="https://www.viewsnnews.com/article?q={id}",
    daily=(10, 60),
    evidence="addresses of 2026-07; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
