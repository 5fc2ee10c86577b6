"""디스커버리뉴스 (Discovery News): internet paper, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="discoverynews",
    title="디스커버리뉴스",
    home="https://www.discoverynews.kr/",
    daily=(30, 200),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
