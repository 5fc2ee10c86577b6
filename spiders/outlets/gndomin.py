"""경남도민신문 (Gyeongnam Domin Shinmun): regional daily of 경남, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="gndomin",
    title="경남도민신문",
    home="https://www.gndomin.com/",
    daily=(40, 300),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
