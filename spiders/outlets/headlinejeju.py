"""헤드라인제주 (Headline Jeju): internet paper of 제주, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="headlinejeju",
    title="헤드라인제주",
    home="https://www.headlinejeju.co.kr/",
    daily=(20, 150),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
