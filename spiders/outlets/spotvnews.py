"""스포티비뉴스 (SPOTV News): sports, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="spotvnews",
    title="스포티비뉴스",
    home="https://www.spotvnews.co.kr/",
    daily=(60, 500),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
