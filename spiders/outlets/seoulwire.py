"""서울와이어 (Seoul Wire): economic internet paper, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="seoulwire",
    title="서울와이어",
    home="https://www.seoulwire.com/",
    daily=(50, 500),
    evidence="addresses of 2026-06; feed path is the family's, not seen; robots.txt unknown",
)
