"""바이라인네트워크 (Byline Network): technology, WordPress."""

import re

from spiders.families.wordpress import wordpress

OUTLET = wordpress(
    name="byline_network",
    title="바이라인네트워크",
    home="https://byline.network/",
    article=re.compile(r"byline\.network/(?P<path>\d{4}/\d{2})/(?P<id>[^/?#]+)"),
    canonical="https://byline.network/{path}/{id}/",
    daily=(3, 60),
    evidence="feed parsed with 20 entries 2026-08-20; body seen 2025",
    caveats=("/wp-json/ has not been seen to answer, so there is no backfill.",),
)
