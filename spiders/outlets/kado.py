"""강원도민일보 (Gangwon Domin Ilbo): regional daily, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="kado",
    title="강원도민일보",
    home="https://www.kado.net/",
    daily=(50, 400),
    evidence="feed parsed with 50 entries 2026-08-20; body seen 2023",
)
