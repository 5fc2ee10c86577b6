"""월요신문 (Wolyo Shinmun): weekly, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="wolyo",
    title="월요신문",
    home="https://www.wolyo.co.kr/",
    daily=(15, 150),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
