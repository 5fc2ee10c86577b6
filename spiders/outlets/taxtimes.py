"""세정신문 (Tax Times): tax, 인터넷신문 솔루션."""

from spiders.families.article_no import article_no

OUTLET = article_no(
    name="taxtimes",
    title="세정신문",
    home="https://www.taxtimes.co.kr/",
    daily=(5, 40),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
