"""충청리뷰 (Chungcheong Review): weekly of 충북, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="ccreview",
    title="충청리뷰",
    home="https://www.ccreview.co.kr/",
    daily=(30, 200),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
