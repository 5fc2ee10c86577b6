"""로봇신문 (Robot News): robotics, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="irobotnews",
    title="로봇신문",
    home="https://www.irobotnews.com/",
    daily=(5, 50),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
