"""kbc광주방송 (KBC): broadcaster of 광주 and 전남, view_code CMS."""

from spiders.families.view_code import view_code
from spiders.outlet import Listing

OUTLET = view_code(
    name="ikbc",
    title="kbc광주방송",
    view="https://www.ikbc.co.kr/article/view/",
    sources=(Listing("https://www.ikbc.co.kr/"),),
    daily=(20, 200),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
