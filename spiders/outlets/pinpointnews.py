"""핀포인트뉴스 (Pinpoint News): economic internet paper, NDSoft."""

from spiders.families.ndsoft import ndsoft
from spiders.outlet import Pace

OUTLET = ndsoft(
    name="pinpointnews",
    title="핀포인트뉴스",
    home="https://www.pinpointnews.co.kr/",
    pace=Pace.QUARTER_HOUR,
    daily=(80, 800),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
