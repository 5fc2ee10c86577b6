"""매일일보 (Maeil Ilbo): general and economic daily, NDSoft."""

from spiders.families.ndsoft import ndsoft
from spiders.outlet import Pace

OUTLET = ndsoft(
    name="m_i",
    title="매일일보",
    home="https://www.m-i.kr/",
    pace=Pace.QUARTER_HOUR,
    daily=(100, 800),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
