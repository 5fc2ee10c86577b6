"""디트뉴스24 (DTNews24): internet paper of 대전 and 충남, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="dtnews24",
    title="디트뉴스24",
    home="https://www.dtnews24.com/",
    daily=(10, 80),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
