"""디일렉 (The Elec): electronics industry, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="thelec",
    title="디일렉",
    home="https://www.thelec.kr/",
    daily=(5, 80),
    evidence="feed path is the family's, not seen; body seen 2023",
)
