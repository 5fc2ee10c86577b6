"""한국보험신문 (Korea Insurance News): insurance weekly, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="insnews",
    title="한국보험신문",
    home="https://www.insnews.co.kr/",
    daily=(5, 50),
    evidence="addresses of 2026-08; feed parsed with 50 entries 2026-08-20; robots.txt unknown",
)
