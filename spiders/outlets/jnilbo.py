"""전남일보 (Jeonnam Ilbo): regional daily, NDSoft after a CMS of its own."""

import re

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="jnilbo",
    title="전남일보",
    home="https://www.jnilbo.com/",
    feeds=("https://cdn.jnilbo.com/rss/gn_rss_allArticle.xml",),
    older=(re.compile(r"jnilbo\.com/(?P<id>\d{8,14})(?:$|\?)"),),
    daily=(30, 300),
    evidence="feed parsed with 50 entries 2026-08-20",
)
