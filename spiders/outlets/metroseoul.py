"""메트로경제 (Metro Seoul): economic daily, article14 CMS."""

from spiders.families.article14 import article14
from spiders.outlet import Feed

OUTLET = article14(
    name="metroseoul",
    title="메트로경제",
    home="https://www.metroseoul.co.kr/",
    sources=(Feed("https://www.metroseoul.co.kr/news/rss"),),
    daily=(60, 500),
    evidence="feed parsed with 50 entries 2026-08-20; body seen 2023",
)
