"""경인일보 (Kyeongin Ilbo): regional daily of 경기 and 인천, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="kyeongin",
    title="경인일보",
    home="https://www.kyeongin.com/",
    sources=(Listing("https://www.kyeongin.com/"),),
    article=re.compile(r"/article/(?P<id>\d{6,8})(?:[/?]|$)"),
    canonical="https://www.kyeongin.com/article/{id}",
    older=(re.compile(r"/main/view\.php\?(?:.*&)?key=(?P<id>\d{17})"),),
    daily=(20, 150),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
