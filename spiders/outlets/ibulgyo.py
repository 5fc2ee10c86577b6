"""불교신문 (Bulgyo Shinmun): Buddhist weekly, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="ibulgyo",
    title="불교신문",
    home="https://www.ibulgyo.com/",
    daily=(10, 80),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
