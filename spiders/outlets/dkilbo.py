"""대경일보 (Daekyung Ilbo): regional daily of 경북, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="dkilbo",
    title="대경일보",
    home="https://www.dkilbo.com/",
    daily=(30, 200),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
