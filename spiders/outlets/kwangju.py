"""광주일보 (Kwangju Ilbo): regional daily of 광주 and 전남, article.php CMS."""

from spiders.families.article_aid import article_aid
from spiders.outlet import Listing

OUTLET = article_aid(
    name="kwangju",
    title="광주일보",
    home="http://www.kwangju.co.kr/",
    sources=(Listing("http://www.kwangju.co.kr/"),),
    daily=(60, 400),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
