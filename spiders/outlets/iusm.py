"""울산매일 (Ulsan Maeil): regional daily of 울산, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="iusm",
    title="울산매일",
    home="https://www.iusm.co.kr/",
    daily=(15, 100),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
