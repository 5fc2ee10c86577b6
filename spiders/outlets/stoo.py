"""스포츠투데이 (Sports Today): sports and entertainment, article.php CMS."""

from spiders.families.article_aid import article_aid
from spiders.outlet import Listing

OUTLET = article_aid(
    name="stoo",
    title="스포츠투데이",
    home="http://www.stoo.com/",
    sources=(Listing("http://www.stoo.com/"),),
    daily=(60, 500),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
