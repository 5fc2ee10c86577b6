"""빅데이터뉴스 (Big Data News): economic internet paper, on the `ud` CMS."""

from spiders.families.view_ud import view_ud
from spiders.outlet import Listing

OUTLET = view_ud(
    name="thebigdata",
    title="빅데이터뉴스",
    view="https://www.thebigdata.co.kr/view.php",
    section="g0000",
    sources=(Listing("https://www.thebigdata.co.kr/"),),
    daily=(40, 300),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
