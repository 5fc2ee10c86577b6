"""충청투데이 (Chungcheong Today): regional daily, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="cctoday",
    title="충청투데이",
    home="https://www.cctoday.co.kr/",
    daily=(40, 400),
    evidence="feed parsed with 50 entries 2026-08-20; body seen 2023",
)
