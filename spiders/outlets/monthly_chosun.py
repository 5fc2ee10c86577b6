"""월간조선 (Monthly Chosun): monthly, NDSoft."""

import re

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="monthly_chosun",
    title="월간조선",
    home="https://monthly.chosun.com/",
    older=(
        re.compile(r"/(?:viw\.asp|daily_view\.asp)\?(?:.*&)?(?i:n?newsnumb)=(?P<id>\d{11,12})"),
    ),
    daily=(5, 30),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
