"""뉴스경남 (News Gyeongnam): internet paper of 경남, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="newsgn",
    title="뉴스경남",
    home="https://www.newsgn.com/",
    daily=(50, 500),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
