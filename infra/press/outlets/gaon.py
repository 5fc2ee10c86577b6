"""가온통신: a wire agency."""

import re

from infra.press.outlets import base
from processing.rules import Rules
from spiders.outlet import Feed, Outlet, Pace

_BASE = base("gaon")

OUTLET = Outlet(
    name="gaon",
    title="가온통신",
    home=f"{_BASE}/",
    sources=(Feed(f"{_BASE}/rss/news.xml"),),
    article=re.compile(r"/view/(?P<id>AKR\d{17})"),
    rules=(
        Rules(
            body="article.story-news",
            title="h1.tit",
            subtitle="h2.sub",
            section="ul.nav-path li:last-child",
            drop=("ul.share", "ul.nav-path", "div.update-time"),
        ),
    ),
    pace=Pace.QUARTER_HOUR,
    daily=(10, 80),
    delay=0.05,
    outlet_class="wire",
    evidence="written together with the sample press; robots.txt asks for 0.2 s between requests",
)
