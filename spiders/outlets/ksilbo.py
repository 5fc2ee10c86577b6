"""경상일보 (Kyeongsang Ilbo): regional daily of 울산, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="ksilbo",
    title="경상일보",
    home="https://www.ksilbo.co.kr/",
    daily=(30, 250),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
