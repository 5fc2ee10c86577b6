"""충남일보 (Chungnam Ilbo): regional daily of 충남, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="chungnamilbo",
    title="충남일보",
    home="https://www.chungnamilbo.co.kr/",
    daily=(50, 500),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
