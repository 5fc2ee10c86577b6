"""이뉴스투데이 (eNews Today): economic internet paper, NDSoft."""

from spiders.families.ndsoft import ndsoft
from spiders.outlet import Pace

OUTLET = ndsoft(
    name="enewstoday",
    title="이뉴스투데이",
    home="https://www.enewstoday.co.kr/",
    pace=Pace.QUARTER_HOUR,
    daily=(100, 800),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
