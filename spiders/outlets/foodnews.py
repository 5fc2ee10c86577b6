"""식품외식경제 (Food News): food industry weekly, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="foodnews",
    title="식품외식경제",
    home="https://www.foodnews.co.kr/",
    daily=(5, 40),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
