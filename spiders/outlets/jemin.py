"""제민일보 (Jemin Ilbo): regional daily of 제주, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="jemin",
    title="제민일보",
    home="https://www.jemin.com/",
    daily=(15, 150),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
