"""주간한국 (Weekly Hankook): news weekly, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="weekly_hankooki",
    title="주간한국",
    home="https://weekly.hankooki.com/",
    daily=(50, 400),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
