"""스포츠한국 (Sports Hankook): sports and entertainment daily, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="sports_hankooki",
    title="스포츠한국",
    home="https://sports.hankooki.com/",
    daily=(20, 150),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
