"""뉴스워커 (Newsworker): economic internet paper, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="newsworker",
    title="뉴스워커",
    home="https://www.newsworker.co.kr/",
    daily=(50, 400),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
