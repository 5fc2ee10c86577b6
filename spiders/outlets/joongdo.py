"""중도일보 (Joongdo Ilbo): regional daily of 대전 and 충청, view.php CMS."""

from spiders.families.view_key import view_key
from spiders.outlet import Listing

OUTLET = view_key(
    name="joongdo",
    title="중도일보",
    view="https://www.joongdo.co.kr/web/view.php",
    sources=(Listing("https://www.joongdo.co.kr/"),),
    daily=(80, 600),
    evidence="addresses of this form of 2026-08; robots.txt unknown",
    caveats=(
        "No feed (a checker, 2026-08) and no sitemap is known: the front page is the only list.",
    ),
)
