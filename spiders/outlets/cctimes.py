"""충청타임즈 (Chungcheong Times): regional daily of 충북, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="cctimes",
    title="충청타임즈",
    home="https://www.cctimes.kr/",
    daily=(50, 400),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
