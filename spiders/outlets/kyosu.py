"""교수신문 (Kyosu Shinmun): weekly of professors, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="kyosu",
    title="교수신문",
    home="https://www.kyosu.net/",
    daily=(15, 100),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
