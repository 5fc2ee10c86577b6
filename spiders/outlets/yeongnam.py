"""영남일보 (Yeongnam Ilbo): regional daily of 대구, view.php CMS."""

import re

from processing.rules import Rules
from spiders.families.view_key import view_key
from spiders.outlet import Listing

OUTLET = view_key(
    name="yeongnam",
    title="영남일보",
    view="https://www.yeongnam.com/web/view.php",
    sources=(Listing("https://www.yeongnam.com/"),),
    hosts=("m.yeongnam.com",),
    rules=(Rules(body=".article-news-box, .article-news-body"),),
    older=(re.compile(r"/view\.php\?(?:.*&)?key=(?P<id>\d{8}\.\d{12,15})"),),
    daily=(60, 500),
    evidence="URL form met by 9 real URLs; body seen 2025",
    caveats=(
        "No feed and no sitemap is known: the front page is the only list, so completeness is not claimed.",
    ),
)
