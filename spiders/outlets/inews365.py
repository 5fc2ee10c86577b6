"""충북일보 (Chungbuk Ilbo): regional daily of 충북, 인터넷신문 솔루션."""

from spiders.families.article_no import article_no

OUTLET = article_no(
    name="inews365",
    title="충북일보",
    home="https://www.inews365.com/",
    daily=(40, 400),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
