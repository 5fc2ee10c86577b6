"""금강일보 (Geumgang Ilbo): regional daily of 대전 and 충남, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="ggilbo",
    title="금강일보",
    home="https://www.ggilbo.com/",
    daily=(60, 500),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
