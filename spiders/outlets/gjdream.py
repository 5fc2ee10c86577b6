"""광주드림 (Gwangju Dream): regional daily of 광주, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="gjdream",
    title="광주드림",
    home="https://www.gjdream.com/",
    daily=(10, 80),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
