"""문화일보 (Munhwa Ilbo): national evening paper, own CMS."""

import re

from spiders.families.news_sitemap import news_sitemap
from spiders.outlet import Pace

OUTLET = news_sitemap(
    name="munhwa",
    title="문화일보",
    home="https://www.munhwa.com/",
    latest="https://www.munhwa.com/sitemap/latest-articles",
    days="https://www.munhwa.com/sitemap/articles/{yyyy}/{yyyymmdd}",
    article=re.compile(r"/article/(?P<id>\d{8})(?:[/?]|$)"),
    canonical="https://www.munhwa.com/article/{id}",
    older=(re.compile(r"/news/view\.html\?(?:.*&)?no=(?P<id>\d{8}[0-9A-Z]{12,16})"),),
    hosts=("m.munhwa.com",),
    pace=Pace.QUARTER_HOUR,
    daily=(60, 600),
    evidence="sitemaps as kept by a public project 2026; its present layout has not been seen",
)
