"""주간조선 (Weekly Chosun): weekly of 조선일보, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="weekly_chosun",
    title="주간조선",
    home="https://weekly.chosun.com/",
    daily=(2, 60),
    evidence="feed path is the family's, not seen; body seen 2023",
)
