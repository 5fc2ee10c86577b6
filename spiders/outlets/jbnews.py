"""중부매일 (Jungbu Maeil): regional daily of 충북, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="jbnews",
    title="중부매일",
    home="https://www.jbnews.com/",
    daily=(20, 150),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
