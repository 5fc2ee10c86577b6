"""게임메카 (Game Meca): games, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="gamemeca",
    title="게임메카",
    home="https://www.gamemeca.com/",
    sources=(Listing("https://www.gamemeca.com/"),),
    article=re.compile(r"/(?:mv|view)\.php\?(?:.*&)?gid=(?P<id>\d{6,8})"),
    canonical="https://www.gamemeca.com/view.php?gid={id}",
    daily=(15, 150),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
