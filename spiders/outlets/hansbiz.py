"""한스경제 (Hans Economy): economic daily, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="hansbiz",
    title="한스경제",
    home="https://www.hansbiz.co.kr/",
    daily=(60, 500),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
