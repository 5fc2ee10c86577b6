"""기호일보 (Kiho Ilbo): regional daily of 인천 and 경기, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="kihoilbo",
    title="기호일보",
    home="https://www.kihoilbo.co.kr/",
    daily=(30, 250),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
