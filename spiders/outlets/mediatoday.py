"""미디어오늘 (Media Today): weekly on the press, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="mediatoday",
    title="미디어오늘",
    home="https://www.mediatoday.co.kr/",
    daily=(5, 80),
    evidence="feed parsed with 50 entries 2026-08-20; page seen 2026-10",
)
