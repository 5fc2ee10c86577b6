"""한국면세뉴스 (KDF News): duty-free trade, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="kdfnews",
    title="한국면세뉴스",
    home="https://www.kdfnews.com/",
    daily=(15, 100),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
