"""데일리안 (Dailian): internet paper, own CMS."""

import re

from processing.rules import Rules
from spiders.families.news_sitemap import news_sitemap
from spiders.outlet import Pace

OUTLET = news_sitemap(
    name="dailian",
    title="데일리안",
    home="https://www.dailian.co.kr/",
    latest="https://center.dailian.co.kr/sitemap/newssitemap.xml",
    article=re.compile(r"/news/view/(?P<id>\d{6,7})(?:[/?]|$)"),
    canonical="https://www.dailian.co.kr/news/view/{id}",
    hosts=("m.dailian.co.kr",),
    rules=(Rules(body=".article"),),
    pace=Pace.QUARTER_HOUR,
    daily=(100, 800),
    evidence="news sitemap seen in a public list; URL form met by 21 real URLs; body seen 2023",
)
