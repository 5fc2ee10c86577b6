"""광주매일신문 (Kwangju Maeil): regional daily of 광주, article.php CMS."""

from spiders.families.article_aid import article_aid
from spiders.outlet import Listing

OUTLET = article_aid(
    name="kjdaily",
    title="광주매일신문",
    home="http://www.kjdaily.com/",
    sources=(Listing("http://www.kjdaily.com/"),),
    daily=(60, 400),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
