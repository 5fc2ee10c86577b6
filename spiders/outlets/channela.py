"""채널A (Channel A): broadcaster, own CMS behind a firewall that wants JavaScript."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="channela",
    title="채널A",
    home="https://www.ichannela.com/",
    sources=(Listing("https://www.ichannela.com/news/main/news_main.do"),),
    article=re.compile(r"/news/detail/(?P<id>\d{12})\.do"),
    canonical="https://www.ichannela.com/news/detail/{id}.do",
    older=(re.compile(r"/news_detail(?:Page)?\.do\?(?:.*&)?publishId=(?P<id>[\d-]{12,})"),),
    daily=(0, 300),
    paused="no source is known and its firewall answers crawlers with a challenge (2026): it is not worked around",
    evidence="URL forms met by 5 real URLs; firewall reported by a public collector",
    caveats=("The page forbids AI training.",),
)
