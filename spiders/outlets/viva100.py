"""브릿지경제 (Bridge Economy): economic daily; article14 CMS since 2025, view.php before."""

import re

from spiders.families.article14 import article14
from spiders.outlet import Feed

OUTLET = article14(
    name="viva100",
    title="브릿지경제",
    home="https://www.viva100.com/",
    sources=(Feed("https://www.viva100.com/rssAll.xml"),),
    older=(
        re.compile(r"/view\.php\?(?:.*&)?key=(?P<id>\d{17})"),
        re.compile(r"/article/(?P<id>\d{15})(?:[/?]|$)"),
    ),
    hosts=("m.viva100.com",),
    daily=(60, 500),
    evidence="feed parsed with 50 entries 2026-08-20; addresses of this form of 2026-09",
)
