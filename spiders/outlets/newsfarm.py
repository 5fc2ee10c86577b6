"""한국농업신문 (Newsfarm): farming weekly, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="newsfarm",
    title="한국농업신문",
    home="https://www.newsfarm.co.kr/",
    daily=(3, 30),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
