"""시민의소리 (Simin Sori): weekly of 광주, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="siminsori",
    title="시민의소리",
    home="https://www.siminsori.com/",
    daily=(20, 200),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
