"""코메디닷컴 (Kormedi): health, WordPress."""

import re

from spiders.families.wordpress import wordpress

OUTLET = wordpress(
    name="kormedi",
    title="코메디닷컴",
    home="https://kormedi.com/",
    article=re.compile(r"kormedi\.com/(?P<id>\d{5,8})(?:/|$|\?)"),
    canonical="https://kormedi.com/{id}/",
    daily=(10, 150),
    evidence="feed parsed with 10 entries 2026-08-20; body seen 2026-09; addresses of this form of 2026-02",
    caveats=("An empty <article> stands before the text.",),
)
