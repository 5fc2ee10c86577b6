"""일요시사 (Ilyo Sisa): news weekly, 인터넷신문 솔루션."""

from spiders.families.article_no import article_no

OUTLET = article_no(
    name="ilyosisa",
    title="일요시사",
    home="https://www.ilyosisa.co.kr/",
    daily=(5, 40),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
