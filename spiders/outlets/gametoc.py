"""게임톡 (Gametoc): games, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="gametoc",
    title="게임톡",
    home="https://www.gametoc.co.kr/",
    daily=(10, 60),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
