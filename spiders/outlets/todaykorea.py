"""투데이코리아 (Today Korea): internet paper, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="todaykorea",
    title="투데이코리아",
    home="https://www.todaykorea.co.kr/",
    daily=(15, 100),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
