"""소비자가만드는신문 (Consumer News): consumer internet paper, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="consumernews",
    title="소비자가만드는신문",
    home="https://www.consumernews.co.kr/",
    daily=(20, 150),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
