"""미디어제주 (Media Jeju): internet paper of 제주, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="mediajeju",
    title="미디어제주",
    home="https://www.mediajeju.com/",
    daily=(5, 40),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
