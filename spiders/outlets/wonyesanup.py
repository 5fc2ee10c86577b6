"""원예산업신문 (Wonye Sanup): horticulture weekly, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="wonyesanup",
    title="원예산업신문",
    home="https://www.wonyesanup.co.kr/",
    daily=(3, 30),
    evidence="addresses of 2026-08; feed in use by a public project 2026-08; robots.txt unknown",
)
