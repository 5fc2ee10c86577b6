"""그린포스트코리아 (Green Post Korea): environment, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="greenpostkorea",
    title="그린포스트코리아",
    home="https://www.greenpostkorea.co.kr/",
    daily=(5, 80),
    evidence="feed parsed with 50 entries 2026-08-20; the family is inferred from the feed's path",
)
