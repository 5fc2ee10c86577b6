"""한국농정신문 (IKP News): farm policy weekly, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="ikpnews",
    title="한국농정신문",
    home="https://www.ikpnews.net/",
    daily=(3, 60),
    evidence="feed parsed with 50 entries 2026-08-20; the family is inferred from the feed's path",
)
