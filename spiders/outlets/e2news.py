"""이투뉴스 (E2 News): energy and environment, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="e2news",
    title="이투뉴스",
    home="https://www.e2news.com/",
    daily=(10, 100),
    evidence="feed parsed with 50 entries 2026-08-20; the family is inferred from the feed's path",
)
