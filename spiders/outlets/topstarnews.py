"""톱스타뉴스 (Topstar News): entertainment, NDSoft."""

from spiders.families.ndsoft import ndsoft
from spiders.outlet import Pace

OUTLET = ndsoft(
    name="topstarnews",
    title="톱스타뉴스",
    home="https://www.topstarnews.net/",
    pace=Pace.QUARTER_HOUR,
    daily=(400, 3000),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
