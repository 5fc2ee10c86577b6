"""보건신문 (Bokuen News): health weekly, 인터넷신문 솔루션."""

from spiders.families.article_no import article_no

OUTLET = article_no(
    name="bokuennews",
    title="보건신문",
    home="https://www.bokuennews.com/",
    daily=(15, 150),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
