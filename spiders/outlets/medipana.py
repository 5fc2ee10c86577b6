"""메디파나뉴스 (Medipana): medicine and pharmacy, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="medipana",
    title="메디파나뉴스",
    home="https://www.medipana.com/",
    daily=(15, 150),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
