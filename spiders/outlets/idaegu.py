"""대구신문 (Daegu Shinmun): regional daily of 대구, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="idaegu",
    title="대구신문",
    home="https://www.idaegu.co.kr/",
    daily=(30, 250),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
