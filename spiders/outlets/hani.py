"""한겨레 (The Hankyoreh): national daily, own CMS on Next.js; the text is in the HTML."""

import re

from processing.rules import Rules
from spiders.outlet import Feed, Listing, Outlet, Pace

OUTLET = Outlet(
    name="hani",
    title="한겨레",
    home="https://www.hani.co.kr/",
    sources=(
        Feed("https://www.hani.co.kr/rss/"),
        Listing("https://www.hani.co.kr/arti?page={page}", pages=3),
    ),
    article=re.compile(r"/arti/(?:[A-Za-z_0-9-]+/){0,3}(?P<id>\d{5,7})\.html"),
    canonical="https://www.hani.co.kr/arti/{id}.html",
    rules=(Rules(body="div.article-text"),),
    pace=Pace.QUARTER_HOUR,
    daily=(60, 600),
    evidence="feed parsed with 30 entries 2026-08-20; body inside article#renewal2023 in two public readers, 2026-01",
    caveats=(
        "An article keeps its id when its section changes, so the section is no part of the canonical URL.",
        "Whether the server answers the canonical URL is not known: ask at the URL that was announced.",
        "The feed's items state no date; /rss/ answers 308 to /rss.",
        "robots.txt keeps /arti/PRINT/ and /api/ to itself; one collector met 403.",
    ),
)
