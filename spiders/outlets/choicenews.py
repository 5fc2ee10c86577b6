"""초이스경제 (Choice News): economic internet paper, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="choicenews",
    title="초이스경제",
    home="https://www.choicenews.co.kr/",
    daily=(15, 150),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
