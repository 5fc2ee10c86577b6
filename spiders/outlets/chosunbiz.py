"""조선비즈 (Chosun Biz): economic paper of the 조선 group, on Arc."""

from spiders.families.arc import arc
from spiders.outlet import Pace

OUTLET = arc(
    name="chosunbiz",
    title="조선비즈",
    home="https://biz.chosun.com/",
    pace=Pace.QUARTER_HOUR,
    daily=(100, 800),
    evidence="feed parsed with 100 entries 2026-08-20; URL form met by 65 real URLs; script body seen 2026-09",
)
