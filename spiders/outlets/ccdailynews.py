"""충청일보 (Chungcheong Ilbo): regional daily of 충북, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="ccdailynews",
    title="충청일보",
    home="https://www.ccdailynews.com/",
    daily=(60, 500),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
