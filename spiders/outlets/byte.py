"""BYTE (데일리 바이트): business newsletter of 바이트컴퍼니."""

import re

from spiders.outlet import Listing, Outlet, Pace

OUTLET = Outlet(
    name="byte",
    title="BYTE",
    home="https://www.mydailybyte.com/",
    sources=(
        Listing(
            "https://www.mydailybyte.com/daily-byte/news",
            links="a[href*='/post/']",
            quiet_hours=120,
        ),
    ),
    article=re.compile(r"/post/(?P<id>[^/?#]+)"),
    canonical="https://www.mydailybyte.com/post/{id}",
    older=(
        re.compile(r"/littlebit/news/(?P<id>\d{4,7})(?:[/?#]|$)"),
        re.compile(r"mydailybyte\.com/(?P<id>[a-z0-9_]+)/?$"),
    ),
    pace=Pace.DAILY,
    daily=(0, 5),
    evidence="list in a public collector 2026; addresses in public documents of 2024 to 2026; robots.txt unknown",
    caveats=(
        "A development host of its API circulates in third-party tools: it is not used.",
        "Whether the list shows its links without JavaScript has not been seen.",
    ),
)
