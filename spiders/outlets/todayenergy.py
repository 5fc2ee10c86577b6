"""투데이에너지 (Today Energy): energy industry, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="todayenergy",
    title="투데이에너지",
    home="https://www.todayenergy.kr/",
    daily=(10, 100),
    evidence="feed parsed with 50 entries 2026-08-20; the family is inferred from the feed's path",
)
