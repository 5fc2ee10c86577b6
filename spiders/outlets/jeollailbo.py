"""전라일보 (Jeolla Ilbo): regional daily of 전북, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="jeollailbo",
    title="전라일보",
    home="https://www.jeollailbo.com/",
    daily=(30, 250),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
