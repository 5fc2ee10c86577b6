"""경북도민일보 (Gyeongbuk Domin Ilbo): regional daily of 경북, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="hidomin",
    title="경북도민일보",
    home="https://www.hidomin.com/",
    daily=(40, 400),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
