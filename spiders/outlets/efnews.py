"""파이낸셜신문 (Financial Shinmun): finance, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="efnews",
    title="파이낸셜신문",
    home="https://www.efnews.co.kr/",
    daily=(10, 50),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
