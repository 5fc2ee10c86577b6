"""펜앤드마이크 (Pen and Mike): internet paper, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="pennmike",
    title="펜앤드마이크",
    home="https://www.pennmike.com/",
    daily=(20, 150),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
