"""투데이신문 (Today Shinmun): internet paper, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="ntoday",
    title="투데이신문",
    home="https://www.ntoday.co.kr/",
    daily=(10, 50),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
