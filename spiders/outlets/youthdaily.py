"""청년일보 (Youth Daily): economic internet paper, 인터넷신문 솔루션."""

from spiders.families.article_no import article_no

OUTLET = article_no(
    name="youthdaily",
    title="청년일보",
    home="https://www.youthdaily.co.kr/",
    daily=(20, 200),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
