"""녹색경제신문 (Green Economy): economic internet paper, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="greened",
    title="녹색경제신문",
    home="https://www.greened.kr/",
    daily=(20, 200),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
