"""고양신문 (Goyang Shinmun): weekly of 고양, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="mygoyang",
    title="고양신문",
    home="https://www.mygoyang.com/",
    daily=(5, 40),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
