"""데이터뉴스 (Data News): economic internet paper, 인터넷신문 솔루션."""

from spiders.families.article_no import article_no

OUTLET = article_no(
    name="datanews",
    title="데이터뉴스",
    home="https://www.datanews.co.kr/",
    daily=(5, 40),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
