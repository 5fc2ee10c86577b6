"""제주일보 (Jeju Ilbo): regional daily, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="jejunews",
    title="제주일보",
    home="https://www.jejunews.com/",
    daily=(20, 200),
    evidence="feed parsed with 50 entries 2026-08-20",
)
