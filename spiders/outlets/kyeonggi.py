"""경기일보 (Kyeonggi Ilbo): regional daily, article14 CMS."""

from spiders.families.article14 import article14
from spiders.families.ndsoft import ARTICLE as NDSOFT
from spiders.outlet import Listing

OUTLET = article14(
    name="kyeonggi",
    title="경기일보",
    home="https://www.kyeonggi.com/",
    sources=(Listing("https://www.kyeonggi.com/list/25"), Listing("https://www.kyeonggi.com/")),
    hosts=("m.kyeonggi.com",),
    older=(NDSOFT,),
    daily=(60, 500),
    evidence="addresses of this form of 2026-08; section list in a public collector",
    caveats=(
        "No feed and no sitemap is known: the front page and one section, so completeness is not claimed.",
    ),
)
