"""국제뉴스 (Gukje News): news agency of the regions, NDSoft."""

from spiders.families.ndsoft import ndsoft
from spiders.outlet import Pace

OUTLET = ndsoft(
    name="gukjenews",
    title="국제뉴스",
    home="https://www.gukjenews.com/",
    pace=Pace.QUARTER_HOUR,
    daily=(300, 3000),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
