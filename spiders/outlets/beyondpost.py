"""비욘드포스트 (Beyond Post): economic internet paper, on the `ud` CMS."""

from spiders.families.view_ud import view_ud
from spiders.outlet import Listing

OUTLET = view_ud(
    name="beyondpost",
    title="비욘드포스트",
    view="https://www.beyondpost.co.kr/view.php",
    section="g0000",
    sources=(Listing("https://www.beyondpost.co.kr/"),),
    daily=(40, 300),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
