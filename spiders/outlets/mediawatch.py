"""미디어워치 (Media Watch): internet paper, 인터넷신문 솔루션."""

from spiders.families.article_no import article_no

OUTLET = article_no(
    name="mediawatch",
    title="미디어워치",
    home="https://www.mediawatch.kr/",
    daily=(5, 30),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
