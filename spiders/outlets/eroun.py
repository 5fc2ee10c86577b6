"""이로운넷 (Eroun): social economy, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="eroun",
    title="이로운넷",
    home="https://www.eroun.net/",
    daily=(30, 200),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
