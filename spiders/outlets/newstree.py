"""뉴스트리 (News Tree): climate and environment, view_code CMS."""

from spiders.families.view_code import view_code
from spiders.outlet import Listing

OUTLET = view_code(
    name="newstree",
    title="뉴스트리",
    view="https://www.newstree.kr/newsView/",
    sources=(Listing("https://www.newstree.kr/"),),
    daily=(10, 100),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
