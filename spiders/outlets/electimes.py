"""전기신문 (Electric Times): power industry paper, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="electimes",
    title="전기신문",
    home="https://www.electimes.com/",
    daily=(15, 100),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
