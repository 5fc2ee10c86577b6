"""베타뉴스 (Beta News): technology, view_code CMS."""

from spiders.families.view_code import view_code
from spiders.outlet import Listing

OUTLET = view_code(
    name="betanews",
    title="베타뉴스",
    view="https://www.betanews.net/article/view/",
    sources=(Listing("https://www.betanews.net/"),),
    daily=(20, 200),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
