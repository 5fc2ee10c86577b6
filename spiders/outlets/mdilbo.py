"""무등일보 (Mudeung Ilbo): regional daily of 광주 and 전남, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="mdilbo",
    title="무등일보",
    home="http://www.mdilbo.com/",
    sources=(Listing("http://www.mdilbo.com/"),),
    article=re.compile(r"/detail/(?P<section>\w{6})/(?P<id>\d{5,7})"),
    canonical="https://www.mdilbo.com/detail/{section}/{id}",
    daily=(10, 80),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=(
        "No feed and no sitemap is known: the front page is the only list.",
        "An article is found under several codes of section; each address is kept.",
    ),
)
