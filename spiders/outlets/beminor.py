"""비마이너 (Beminor): disability and minorities, NDSoft."""

from spiders.families.ndsoft import ndsoft
from spiders.outlet import Pace

OUTLET = ndsoft(
    name="beminor",
    title="비마이너",
    home="https://www.beminor.com/",
    feeds=(),
    sitemaps=("sitemap.xml",),
    pace=Pace.DAILY,
    daily=(1, 30),
    evidence="sitemap, robots and body confirmed by a public project 2026-08",
)
