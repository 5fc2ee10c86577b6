"""문화뉴스 (Munhwa News): culture, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="mhns",
    title="문화뉴스",
    home="https://www.mhns.co.kr/",
    daily=(30, 250),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
