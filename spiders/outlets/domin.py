"""전북도민일보 (Jeonbuk Domin Ilbo): regional daily of 전북, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="domin",
    title="전북도민일보",
    home="https://www.domin.co.kr/",
    daily=(40, 300),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
