"""시사오늘 (Sisa On): news weekly, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="sisaon",
    title="시사오늘",
    home="https://www.sisaon.co.kr/",
    daily=(10, 80),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
