"""아시아타임즈 (Asia Times): economic daily, article14 CMS."""

from spiders.families.article14 import article14
from spiders.outlet import Listing

OUTLET = article14(
    name="asiatime",
    title="아시아타임즈",
    home="https://www.asiatime.co.kr/",
    sources=(Listing("https://www.asiatime.co.kr/"),),
    hosts=("m.asiatime.co.kr",),
    daily=(40, 400),
    evidence="URL form met by 3 real URLs; body seen 2023",
    caveats=(
        "No feed and no sitemap is known: the front page is the only list, so completeness is not claimed.",
    ),
)
