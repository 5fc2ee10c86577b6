"""더스쿠프 (The Scoop): economic weekly, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="thescoop",
    title="더스쿠프",
    home="https://www.thescoop.co.kr/",
    daily=(5, 30),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
