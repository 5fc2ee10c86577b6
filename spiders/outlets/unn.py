"""한국대학신문 (UNN): universities, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="unn",
    title="한국대학신문",
    home="https://news.unn.net/",
    daily=(15, 100),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
