"""데일리팝 (Daily Pop): life of one-person households, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="dailypop",
    title="데일리팝",
    home="https://www.dailypop.kr/",
    daily=(10, 80),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
