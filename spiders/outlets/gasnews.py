"""가스신문 (Gas News): gas industry, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="gasnews",
    title="가스신문",
    home="https://www.gasnews.com/",
    daily=(5, 40),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
