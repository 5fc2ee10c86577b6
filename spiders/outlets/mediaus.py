"""미디어스 (Mediaus): on the press, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="mediaus",
    title="미디어스",
    home="https://www.mediaus.co.kr/",
    sitemaps=("sitemap.xml",),
    daily=(5, 80),
    evidence="sitemap, robots and body confirmed by a public project 2026-08",
    caveats=("The feed path is the family's and not seen.",),
)
