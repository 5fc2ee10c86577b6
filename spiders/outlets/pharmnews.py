"""팜뉴스 (Pharm News): pharmacy and health industry, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="pharmnews",
    title="팜뉴스",
    home="https://www.pharmnews.com/",
    daily=(10, 120),
    evidence="feed parsed with 50 entries 2026-08-20; the family is inferred from the feed's path",
)
