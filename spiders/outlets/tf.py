"""더팩트 (The Fact): internet paper, own CMS."""

import re

from spiders.outlet import Listing, Outlet, Pace

OUTLET = Outlet(
    name="tf",
    title="더팩트",
    home="https://news.tf.co.kr/",
    sources=(Listing("https://news.tf.co.kr/"),),
    article=re.compile(r"/read/(?P<section>[a-z]+)/(?P<id>\d{6,8})\.htm"),
    canonical="https://news.tf.co.kr/read/{section}/{id}.htm",
    pace=Pace.QUARTER_HOUR,
    daily=(100, 1000),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
