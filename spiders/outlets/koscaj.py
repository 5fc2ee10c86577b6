"""대한전문건설신문 (Koscaj): building trades paper, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="koscaj",
    title="대한전문건설신문",
    home="https://www.koscaj.com/",
    daily=(10, 200),
    evidence="addresses of 2026-07; feed parsed with 50 entries 2026-08-20; robots.txt unknown",
)
