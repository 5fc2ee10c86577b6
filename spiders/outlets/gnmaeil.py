"""경남매일 (Gyeongnam Maeil): regional daily of 경남, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="gnmaeil",
    title="경남매일",
    home="https://www.gnmaeil.com/",
    daily=(20, 200),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
