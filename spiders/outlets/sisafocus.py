"""시사포커스 (Sisa Focus): internet paper, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="sisafocus",
    title="시사포커스",
    home="https://www.sisafocus.co.kr/",
    daily=(15, 100),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
