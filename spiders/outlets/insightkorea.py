"""인사이트코리아 (Insight Korea): business monthly, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="insightkorea",
    title="인사이트코리아",
    home="https://www.insightkorea.co.kr/",
    daily=(20, 150),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
