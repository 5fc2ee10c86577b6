"""제주매일 (Jeju Maeil): regional daily of 제주, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="jejumaeil",
    title="제주매일",
    home="https://www.jejumaeil.net/",
    daily=(10, 80),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
