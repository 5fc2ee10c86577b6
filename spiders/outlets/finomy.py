"""파이노미 (Finomy): finance, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="finomy",
    title="파이노미",
    home="https://www.finomy.com/",
    daily=(15, 150),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
