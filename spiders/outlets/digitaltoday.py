"""디지털투데이 (Digital Today): technology and finance, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="digitaltoday",
    title="디지털투데이",
    home="https://www.digitaltoday.co.kr/",
    daily=(20, 250),
    evidence="feed path is the family's, not seen; body seen 2025",
)
