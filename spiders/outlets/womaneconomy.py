"""여성경제신문 (Woman Economy): economic internet paper, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="womaneconomy",
    title="여성경제신문",
    home="https://www.womaneconomy.co.kr/",
    daily=(15, 100),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
