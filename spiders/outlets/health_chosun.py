"""헬스조선 (Health Chosun): health paper of 조선, on its older CMS."""

from spiders.families.html_dir import html_dir
from spiders.outlet import Listing

OUTLET = html_dir(
    name="health_chosun",
    title="헬스조선",
    home="https://health.chosun.com/",
    sources=(Listing("https://health.chosun.com/"),),
    hosts=("m.health.chosun.com",),
    daily=(20, 200),
    evidence="addresses of this form of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
