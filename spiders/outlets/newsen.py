"""뉴스엔 (Newsen): entertainment, own CMS."""

import re

from spiders.outlet import Listing, Outlet, Pace

OUTLET = Outlet(
    name="newsen",
    title="뉴스엔",
    home="https://www.newsen.com/",
    sources=(Listing("https://www.newsen.com/"),),
    article=re.compile(r"/news_view\.php\?(?:.*&)?uid=(?P<id>\d{18})"),
    canonical="https://www.newsen.com/news_view.php?uid={id}",
    hosts=("news.newsen.com",),
    pace=Pace.QUARTER_HOUR,
    daily=(100, 800),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed (/rss/rss_enter.xml is 404, 2026-08): the front page is the only list.",),
)
