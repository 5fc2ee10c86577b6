"""EBS: educational broadcaster, own CMS."""

import re

from spiders.outlet import Listing, Outlet, Pace

OUTLET = Outlet(
    name="ebs",
    title="EBS",
    home="https://news.ebs.co.kr/",
    sources=(Listing("https://news.ebs.co.kr/"),),
    article=re.compile(r"/ebsnews/(?:menu1/)?(?:newsAllView|allView)/(?P<id>\d{7,9})"),
    canonical="https://news.ebs.co.kr/ebsnews/allView/{id}/N",
    hosts=("home.ebs.co.kr",),
    pace=Pace.QUARTER_HOUR,
    daily=(150, 1000),
    evidence="addresses of 2026-07; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
