"""BBS불교방송 (BBS): Buddhist broadcaster, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="bbsi",
    title="BBS불교방송",
    home="https://news.bbsi.co.kr/",
    daily=(60, 500),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
