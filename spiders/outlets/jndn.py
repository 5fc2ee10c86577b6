"""전남매일 (Jeonnam Maeil): regional daily of 전남, article.php CMS."""

from spiders.families.article_aid import article_aid
from spiders.outlet import Listing

OUTLET = article_aid(
    name="jndn",
    title="전남매일",
    home="http://www.jndn.com/",
    sources=(Listing("http://www.jndn.com/"),),
    daily=(60, 400),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
