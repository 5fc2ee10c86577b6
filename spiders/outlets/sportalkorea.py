"""스포탈코리아 (Sportal Korea): football; nineteen-digit numbers, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="sportalkorea",
    title="스포탈코리아",
    home="https://www.sportalkorea.com/",
    daily=(20, 200),
    evidence="addresses of 2026-08; feed parsed by a public project 2026-08; robots.txt unknown",
)
