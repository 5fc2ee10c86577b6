"""테크M (TechM): technology, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="techm",
    title="테크M",
    home="https://www.techm.kr/",
    daily=(10, 150),
    evidence="feed parsed with 50 entries 2026-08-20",
)
