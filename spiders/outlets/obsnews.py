"""OBS경인TV (OBS): broadcaster of 경인, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="obsnews",
    title="OBS경인TV",
    home="https://www.obsnews.co.kr/",
    daily=(40, 300),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
