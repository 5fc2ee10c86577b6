"""매일노동뉴스 (Labor Today): labour daily, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="labortoday",
    title="매일노동뉴스",
    home="https://www.labortoday.co.kr/",
    sitemaps=("sitemap.xml",),
    daily=(10, 100),
    evidence="feed parsed with 50 entries 2026-08-20; sitemap, robots and body confirmed by a public project 2026-08",
)
