"""글로벌이코노믹 (Global Economic): economic daily, own CMS; the view.php?ud= family before."""

import re

from processing.reading.rules import Rules
from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="g_enews",
    title="글로벌이코노믹",
    home="https://www.g-enews.com/",
    sources=(Listing("https://www.g-enews.com/"),),
    article=re.compile(r"/article/(?P<section>[A-Za-z_]+)/(?P<id>\d{12,30}[0-9a-z]*_\d)/article\.html"),
    canonical="https://www.g-enews.com/article/{section}/{id}/article.html",
    older=(re.compile(r"/(?:article|view\.php)\?(?:.*&)?ud=(?P<id>\d{14,}[0-9a-z_]*)"),),
    hosts=("news.g-enews.com", "m.g-enews.com"),
    rules=(Rules(body="div.vtxt.detailCont"),),
    daily=(80, 600),
    evidence="URL forms met by 7 real URLs; body seen 2023",
    caveats=("No feed and no sitemap is known: the front page is the only list, so completeness is not claimed.",),
)
