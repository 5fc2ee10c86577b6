"""서울경제TV (SEN TV): business channel of 서울경제, view_code CMS."""

from spiders.families.view_code import view_code
from spiders.outlet import Listing

OUTLET = view_code(
    name="sentv",
    title="서울경제TV",
    view="https://www.sentv.co.kr/article/view/",
    sources=(Listing("https://www.sentv.co.kr/"),),
    daily=(60, 400),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed (/rss/allArticle.xml is empty, 2026-08): the front page is the only list.",),
)
