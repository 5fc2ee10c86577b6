"""더구루 (The Guru): industry abroad, 인터넷신문 솔루션."""

from spiders.families.article_no import article_no

OUTLET = article_no(
    name="theguru",
    title="더구루",
    home="https://www.theguru.co.kr/",
    daily=(15, 150),
    evidence="addresses of 2026-08; feed in use by a public project 2026-08; robots.txt unknown",
)
