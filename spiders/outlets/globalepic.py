"""글로벌에픽 (Global Epic): economic internet paper, on the `ud` CMS."""

from spiders.families.view_ud import view_ud
from spiders.outlet import Listing

OUTLET = view_ud(
    name="globalepic",
    title="글로벌에픽",
    view="https://www.globalepic.co.kr/view.php",
    sources=(Listing("https://www.globalepic.co.kr/"),),
    daily=(40, 300),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
