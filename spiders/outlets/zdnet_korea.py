"""지디넷코리아 (ZDNet Korea): technology, own CMS; the id is in the query."""

import re

from processing.rules import Rules
from spiders.outlet import Feed, Listing, Outlet, Pace

OUTLET = Outlet(
    name="zdnet_korea",
    title="지디넷코리아",
    home="https://zdnet.co.kr/",
    sources=(
        Feed("https://feeds.feedburner.com/zdkorea"),
        Listing("https://zdnet.co.kr/news/?lstcode=0000&page={page}", pages=2),
    ),
    article=re.compile(r"/view/\?(?:.*&)?no=(?P<id>\d{14})"),
    canonical="https://zdnet.co.kr/view/?no={id}",
    hosts=("www.zdnet.co.kr", "m.zdnet.co.kr"),
    rules=(Rules(body="#articleBody"),),
    pace=Pace.QUARTER_HOUR,
    daily=(50, 400),
    evidence="feed parsed with 30 entries 2026-08-20; body seen 2025",
    caveats=("news_xml.asp answers 404; the feed at FeedBurner lives.",),
)
