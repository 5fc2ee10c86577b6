"""한국금융신문 (Korea Financial Times): finance, on the `ud` CMS."""

from spiders.families.view_ud import view_ud
from spiders.outlet import Listing

OUTLET = view_ud(
    name="fntimes",
    title="한국금융신문",
    view="https://www.fntimes.com/html/view.php",
    sources=(Listing("https://www.fntimes.com/"),),
    daily=(40, 300),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed (/rss/allArticle.xml is 500, 2026-08): the front page is the only list.",),
)
