"""더퍼블릭 (The Public): internet paper, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="thepublic",
    title="더퍼블릭",
    home="https://www.thepublic.kr/",
    daily=(40, 300),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
