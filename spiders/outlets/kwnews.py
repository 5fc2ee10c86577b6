"""강원일보 (Kangwon Ilbo): regional daily; article14 CMS since 2026, three URL forms in four years."""

import re

from spiders.families.article14 import article14
from spiders.outlet import Listing

OUTLET = article14(
    name="kwnews",
    title="강원일보",
    home="https://www.kwnews.co.kr/",
    sources=(Listing("https://www.kwnews.co.kr/"),),
    older=(
        re.compile(r"/page/view/(?P<id>\d{19})"),
        re.compile(r"/nview\.asp\?(?:.*&)?aid=(?P<id>\d{12})"),
    ),
    hosts=("m.kwnews.co.kr",),
    daily=(60, 500),
    evidence="URL forms met by 20 real URLs; body of the former CMS seen 2023",
    caveats=(
        "No feed and no sitemap is known: the front page is the only list, so completeness is not claimed.",
    ),
)
