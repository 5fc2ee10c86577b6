"""하우징헤럴드 (Housing Herald): redevelopment weekly, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="housingherald",
    title="하우징헤럴드",
    home="https://www.housingherald.co.kr/",
    daily=(10, 200),
    evidence="addresses of 2026-08; feed parsed with 50 entries 2026-08-20; robots.txt unknown",
)
