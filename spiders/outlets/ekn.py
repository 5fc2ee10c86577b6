"""에너지경제 (Energy Economy): economic daily, view.php CMS."""

from processing.rules import Rules
from spiders.families.view_key import view_key
from spiders.outlet import Listing

OUTLET = view_key(
    name="ekn",
    title="에너지경제",
    view="https://www.ekn.kr/web/view.php",
    sources=(Listing("https://www.ekn.kr/"),),
    hosts=("m.ekn.kr",),
    rules=(Rules(body="#news_body_area_contents"),),
    daily=(80, 600),
    evidence="URL form met by 4 real URLs; body seen 2023",
    caveats=(
        "No feed and no sitemap is known: the front page is the only list, so completeness is not claimed.",
    ),
)
