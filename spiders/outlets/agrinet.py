"""한국농어민신문 (Agrinet): farming paper, twice a week, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="agrinet",
    title="한국농어민신문",
    home="https://www.agrinet.co.kr/",
    daily=(10, 60),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
