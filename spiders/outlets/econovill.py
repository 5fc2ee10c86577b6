"""이코노믹리뷰 (Economic Review): economic weekly, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="econovill",
    title="이코노믹리뷰",
    home="https://www.econovill.com/",
    daily=(30, 250),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
