"""농수축산신문 (AFL News): farming, fishing and livestock, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="aflnews",
    title="농수축산신문",
    home="https://www.aflnews.co.kr/",
    daily=(10, 100),
    evidence="feed parsed with 50 entries 2026-08-20; the family is inferred from the feed's path",
)
