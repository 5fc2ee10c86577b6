"""당진시대 (Dangjin Times): weekly of 당진, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="djtimes",
    title="당진시대",
    home="https://www.djtimes.co.kr/",
    daily=(5, 30),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
