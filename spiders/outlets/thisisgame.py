"""디스이즈게임 (This Is Game): games, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="thisisgame",
    title="디스이즈게임",
    home="https://www.thisisgame.com/",
    sources=(Listing("https://www.thisisgame.com/"),),
    article=re.compile(r"/articles/(?P<id>\d{5,7})(?:[/?]|$)"),
    canonical="https://www.thisisgame.com/articles/{id}",
    daily=(30, 250),
    evidence="addresses of 2026-07; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
