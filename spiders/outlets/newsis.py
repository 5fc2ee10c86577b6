"""뉴시스 (Newsis): private wire; its feeds carry the full text. An id of NISI is a photo."""

import re

from processing.rules import Rules
from spiders.outlet import Feed, Outlet, Pace, Sitemap

OUTLET = Outlet(
    name="newsis",
    title="뉴시스",
    home="https://www.newsis.com/",
    sources=(
        Sitemap("https://www.newsis.com/newsis_news_google.xml"),
        Feed("https://www.newsis.com/RSS/sokbo.xml", quiet_hours=3),
        *(
            Feed(f"https://www.newsis.com/RSS/{section}.xml")
            for section in (
                "politics",
                "economy",
                "society",
                "international",
                "industry",
                "bank",
                "health",
                "culture",
                "entertain",
                "sports",
            )
        ),
    ),
    article=re.compile(r"/view/?(?:\?(?:.*&)?id=)?(?P<id>NIS[XI]\d{8}_\d{10})"),
    canonical="https://www.newsis.com/view/{id}",
    hosts=("mobile.newsis.com", "nwww.newsis.com"),
    rules=(Rules(body=".viewer > article, .viewer_article, div.articleView"),),
    pace=Pace.QUARTER_HOUR,
    daily=(400, 3000),
    budget=20000,
    outlet_class="wire",
    evidence="robots.txt and sitemaps seen 2026-07; feed parsed with 100 entries 2026-08-20; body seen 2025",
    caveats=("robots.txt keeps /common/, /search/ and /ar_detail/ to itself.",),
)
