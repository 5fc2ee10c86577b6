"""아시아투데이 (Asia Today): daily, view.php CMS."""

from processing.rules import Rules
from spiders.families.view_key import view_key
from spiders.outlet import Listing

OUTLET = view_key(
    name="asiatoday",
    title="아시아투데이",
    view="https://www.asiatoday.co.kr/kn/view.php",
    sources=(Listing("https://www.asiatoday.co.kr/"),),
    hosts=("m.asiatoday.co.kr",),
    rules=(Rules(body="#font"),),
    daily=(100, 800),
    evidence="URL form met by 18 real URLs, the newest of 2026-08; body seen 2023",
    caveats=(
        "No feed and no sitemap is known: the front page is the only list, so completeness is not claimed.",
    ),
)
