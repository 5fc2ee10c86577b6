"""청년의사 (The Young Doctor): medicine, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="docdocdoc",
    title="청년의사",
    home="https://www.docdocdoc.co.kr/",
    daily=(10, 100),
    evidence="feed parsed with 50 entries 2026-08-20; the family is inferred from the feed's path",
)
