"""오토헤럴드 (Auto Herald): cars, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="autoherald",
    title="오토헤럴드",
    home="https://www.autoherald.co.kr/",
    daily=(5, 80),
    evidence="feed parsed with 50 entries 2026-08-20; the family is inferred from the feed's path",
)
