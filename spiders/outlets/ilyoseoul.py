"""일요서울 (Ilyo Seoul): news weekly, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="ilyoseoul",
    title="일요서울",
    home="https://www.ilyoseoul.co.kr/",
    daily=(15, 150),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
