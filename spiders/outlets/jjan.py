"""전북일보 (Jeonbuk Ilbo): regional daily, article14 CMS; short numbers before 2022."""

import re

from spiders.families.article14 import article14
from spiders.families.ndsoft import ARTICLE as NDSOFT
from spiders.outlet import Feed

OUTLET = article14(
    name="jjan",
    title="전북일보",
    home="https://www.jjan.kr/",
    sources=(Feed("https://www.jjan.kr/news/rssAll"),),
    older=(re.compile(r"jjan\.kr/(?P<id>\d{7})(?:[/?]|$)"), NDSOFT),
    daily=(40, 400),
    evidence="feed parsed with 50 entries 2026-08-20; body seen 2023",
)
