"""로이슈 (Lawissue): law, on the `ud` CMS."""

from spiders.families.view_ud import view_ud
from spiders.outlet import Listing

OUTLET = view_ud(
    name="lawissue",
    title="로이슈",
    view="https://www.lawissue.co.kr/view.php",
    section="g0000",
    sources=(Listing("https://www.lawissue.co.kr/"),),
    daily=(60, 400),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
