"""뉴스프리존 (News Free Zone): internet paper, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="newsfreezone",
    title="뉴스프리존",
    home="https://www.newsfreezone.co.kr/",
    daily=(50, 400),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
