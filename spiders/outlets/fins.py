"""보험매일 (Fins): insurance daily, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="fins",
    title="보험매일",
    home="https://www.fins.co.kr/",
    daily=(5, 40),
    evidence="addresses of 2026-08; feed parsed with 50 entries 2026-08-20; robots.txt unknown",
)
