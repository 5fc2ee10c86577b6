"""에이블뉴스 (Able News): disability news, NDSoft after a CMS of its own."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="ablenews",
    title="에이블뉴스",
    home="https://www.ablenews.co.kr/",
    sitemaps=("sitemap.xml",),
    daily=(5, 60),
    evidence="sitemap, robots and body confirmed by a public project 2026-08",
    caveats=(
        "The feeds of 2022 (/ablerss/) went with the former CMS; the feed path is the family's and not seen.",
    ),
)
