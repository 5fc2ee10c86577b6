"""뉴스펭귄 (News Penguin): climate, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="newspenguin",
    title="뉴스펭귄",
    home="https://www.newspenguin.com/",
    daily=(2, 15),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
