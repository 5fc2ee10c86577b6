"""데일리t (Daily T): travel, view_code CMS."""

from spiders.families.view_code import view_code
from spiders.outlet import Listing

OUTLET = view_code(
    name="dailyt",
    title="데일리t",
    view="https://www.dailyt.co.kr/newsView/",
    sources=(Listing("https://www.dailyt.co.kr/"),),
    daily=(5, 80),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
