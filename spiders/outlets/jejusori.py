"""제주의소리 (Jeju Sori): internet paper of 제주, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="jejusori",
    title="제주의소리",
    home="https://www.jejusori.net/",
    daily=(10, 80),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
