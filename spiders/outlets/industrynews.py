"""인더스트리뉴스 (Industry News): industry and energy, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="industrynews",
    title="인더스트리뉴스",
    home="https://www.industrynews.co.kr/",
    daily=(15, 100),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
