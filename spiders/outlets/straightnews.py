"""스트레이트뉴스 (Straight News): internet paper, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="straightnews",
    title="스트레이트뉴스",
    home="https://www.straightnews.co.kr/",
    daily=(30, 200),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
