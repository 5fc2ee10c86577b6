"""신아일보 (Shina Ilbo): general daily, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="shinailbo",
    title="신아일보",
    home="https://www.shinailbo.co.kr/",
    daily=(60, 500),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
