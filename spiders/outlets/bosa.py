"""의학신문 (Bosa): medical weekly, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="bosa",
    title="의학신문",
    home="https://www.bosa.co.kr/",
    daily=(20, 150),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
