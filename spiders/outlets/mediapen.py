"""미디어펜 (Media Pen): internet paper, own CMS."""

import re

from processing.rules import Rules
from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="mediapen",
    title="미디어펜",
    home="https://www.mediapen.com/",
    sources=(Listing("https://www.mediapen.com/"),),
    article=re.compile(r"/news/view/(?P<id>\d{5,7})(?:[/?]|$)"),
    canonical="https://www.mediapen.com/news/view/{id}",
    hosts=("m.mediapen.com",),
    rules=(Rules(body="#articleBody"),),
    daily=(60, 600),
    evidence="URL form met by 2 real URLs; body seen 2023",
    caveats=(
        "No feed and no sitemap is known: the front page is the only list, so completeness is not claimed.",
    ),
)
