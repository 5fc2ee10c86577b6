"""조선일보 (The Chosun Ilbo): national daily on Arc; its pages of before 2020 are EUC-KR under `html_dir`."""

from spiders.families.arc import arc
from spiders.outlet import Pace

OUTLET = arc(
    name="chosun",
    title="조선일보",
    aliases=("조선닷컴",),
    home="https://www.chosun.com/",
    hosts=("news.chosun.com",),
    pace=Pace.QUARTER_HOUR,
    daily=(150, 1200),
    evidence="feed parsed with 100 entries 2026-08-20; URL form met by 13,865 real URLs; script body seen 2026-08",
    caveats=(
        "robots.txt (2026) keeps /economy/realty/ to itself: those links end as `robots`.",
        "GPTBot is banned by name; the page forbids AI training.",
    ),
)
