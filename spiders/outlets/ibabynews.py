"""베이비뉴스 (Baby News): child care, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="ibabynews",
    title="베이비뉴스",
    home="https://www.ibabynews.com/",
    daily=(10, 80),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
