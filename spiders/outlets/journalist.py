"""기자협회보 (Journalists' Association News): weekly on journalism, 인터넷신문 솔루션."""

from spiders.families.article_no import article_no

OUTLET = article_no(
    name="journalist",
    title="기자협회보",
    home="https://www.journalist.or.kr/",
    daily=(2, 20),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
