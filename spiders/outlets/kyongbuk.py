"""경북일보 (Kyongbuk Ilbo): regional daily of 경북, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="kyongbuk",
    title="경북일보",
    home="https://www.kyongbuk.co.kr/",
    daily=(30, 250),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
