"""경남일보 (Gyeongnam Ilbo): regional daily of 경남, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="gnnews",
    title="경남일보",
    home="https://www.gnnews.co.kr/",
    daily=(20, 200),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
