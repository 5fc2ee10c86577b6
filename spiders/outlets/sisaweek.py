"""시사위크 (Sisa Week): internet paper, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="sisaweek",
    title="시사위크",
    home="https://www.sisaweek.com/",
    daily=(10, 50),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
