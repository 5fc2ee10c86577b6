"""데일리NK (Daily NK): on North Korea, WordPress."""

import re

from spiders.families.wordpress import wordpress

OUTLET = wordpress(
    name="dailynk",
    title="데일리NK",
    home="https://www.dailynk.com/",
    article=re.compile(r"dailynk\.com/(?P<id>\d{8}(?:-\d+)?)(?:[/?]|$)"),
    canonical="https://www.dailynk.com/{id}/",
    daily=(3, 60),
    evidence="feed parsed with 10 entries 2026-08-20; addresses of this form of 2025-11",
)
