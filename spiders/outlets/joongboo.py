"""중부일보 (Joongboo Ilbo): regional daily of 경기; nine-digit numbers, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="joongboo",
    title="중부일보",
    home="https://www.joongboo.com/",
    daily=(10, 200),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
