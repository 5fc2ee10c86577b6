"""조세금융신문 (TF Media): tax and finance, 인터넷신문 솔루션."""

from spiders.families.article_no import article_no

OUTLET = article_no(
    name="tfmedia",
    title="조세금융신문",
    home="https://www.tfmedia.co.kr/",
    daily=(10, 60),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
