"""시사저널e (Sisa Journal e): economic sister of 시사저널, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="sisajournal_e",
    title="시사저널e",
    home="https://www.sisajournal-e.com/",
    daily=(10, 60),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
