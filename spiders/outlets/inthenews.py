"""인더뉴스 (In The News): insurance and finance, 인터넷신문 솔루션."""

from spiders.families.article_no import article_no

OUTLET = article_no(
    name="inthenews",
    title="인더뉴스",
    home="https://www.inthenews.co.kr/",
    daily=(15, 100),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
