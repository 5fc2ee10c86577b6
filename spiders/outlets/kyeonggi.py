"""경기일보 (Kyeonggi Ilbo): regional daily, article14 CMS."""

from spiders.families.article14 import article14
from spiders.outlet import Listing

OUTLET = article14(
    name="kyeonggi",
    title="경기일보",
    home="https://www.kyeonggi.com/",
    sources=(Listing("https://www.kyeonggi.com/"),),
    hosts=("m.kyeonggi.com",),
    daily=(60, 500),
    evidence="URL form met by 17 real URLs",
    caveats=(
        "No feed and no sitemap is known: the front page is the only list, so completeness is not claimed.",
    ),
)
