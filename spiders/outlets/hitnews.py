"""히트뉴스 (Hit News): pharmaceutical industry, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="hitnews",
    title="히트뉴스",
    home="https://www.hitnews.co.kr/",
    daily=(10, 100),
    evidence="feed parsed with 50 entries 2026-08-20; the family is inferred from the feed's path",
)
