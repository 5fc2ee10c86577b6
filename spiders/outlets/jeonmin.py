"""전민일보 (Jeonmin Ilbo): regional daily of 전북, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="jeonmin",
    title="전민일보",
    home="https://www.jeonmin.co.kr/",
    daily=(20, 150),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
