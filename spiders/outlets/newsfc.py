"""금융소비자뉴스 (News FC): consumer finance, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="newsfc",
    title="금융소비자뉴스",
    home="https://www.newsfc.co.kr/",
    daily=(10, 120),
    evidence="feed parsed with 50 entries 2026-08-20; the family is inferred from the feed's path",
)
