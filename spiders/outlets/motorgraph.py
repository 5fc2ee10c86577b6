"""모터그래프 (Motorgraph): cars, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="motorgraph",
    title="모터그래프",
    home="https://www.motorgraph.com/",
    daily=(5, 60),
    evidence="feed parsed with 50 entries 2026-08-20; the family is inferred from the feed's path",
)
