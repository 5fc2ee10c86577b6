"""경남도민일보 (Gyeongnam Domin Ilbo): regional daily, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="idomin",
    title="경남도민일보",
    home="https://www.idomin.com/",
    daily=(30, 300),
    evidence="feed parsed with 50 entries 2026-08-20; body seen 2023",
)
