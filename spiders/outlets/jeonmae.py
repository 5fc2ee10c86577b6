"""전국매일신문 (Jeonguk Maeil): daily of the regions, NDSoft."""

from spiders.families.ndsoft import ndsoft
from spiders.outlet import Pace

OUTLET = ndsoft(
    name="jeonmae",
    title="전국매일신문",
    home="https://www.jeonmae.co.kr/",
    pace=Pace.QUARTER_HOUR,
    daily=(100, 800),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
