"""bnt뉴스 (bnt News): entertainment, view_code CMS."""

from spiders.families.view_code import view_code
from spiders.outlet import Listing

OUTLET = view_code(
    name="bntnews",
    title="bnt뉴스",
    view="https://www.bntnews.co.kr/article/view/",
    sources=(Listing("https://www.bntnews.co.kr/"),),
    daily=(60, 500),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
