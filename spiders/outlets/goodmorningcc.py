"""굿모닝충청 (Good Morning Chungcheong): internet paper of 충청, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="goodmorningcc",
    title="굿모닝충청",
    home="https://www.goodmorningcc.com/",
    daily=(15, 150),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
