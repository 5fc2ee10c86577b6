"""파이낸셜투데이 (Financial Today): finance weekly, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="ftoday",
    title="파이낸셜투데이",
    home="https://www.ftoday.co.kr/",
    daily=(10, 120),
    evidence="feed parsed with 50 entries 2026-08-20; the family is inferred from the feed's path",
)
