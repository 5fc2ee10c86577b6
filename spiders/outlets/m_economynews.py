"""M이코노미뉴스 (M Economy News): economic monthly, 인터넷신문 솔루션."""

from spiders.families.article_no import article_no

OUTLET = article_no(
    name="m_economynews",
    title="M이코노미뉴스",
    home="https://www.m-economynews.com/",
    daily=(10, 80),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
