"""동양일보 (Dongyang Ilbo): regional daily of 충북, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="dynews",
    title="동양일보",
    home="https://www.dynews.co.kr/",
    daily=(40, 300),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
