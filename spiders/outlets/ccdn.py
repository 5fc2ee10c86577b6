"""충청매일 (Chungcheong Maeil): regional daily of 충북, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="ccdn",
    title="충청매일",
    home="https://www.ccdn.co.kr/",
    daily=(50, 500),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
