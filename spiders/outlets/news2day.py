"""뉴스투데이 (News2day): economic internet paper, article14 CMS."""

from spiders.families.article14 import article14
from spiders.outlet import Listing

OUTLET = article14(
    name="news2day",
    title="뉴스투데이",
    home="https://www.news2day.co.kr/",
    sources=(Listing("https://www.news2day.co.kr/"),),
    daily=(60, 400),
    evidence="addresses of this form of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
