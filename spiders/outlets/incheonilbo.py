"""인천일보 (Incheon Ilbo): regional daily, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="incheonilbo",
    title="인천일보",
    home="https://www.incheonilbo.com/",
    daily=(40, 400),
    evidence="feed parsed with 50 entries 2026-08-20",
)
