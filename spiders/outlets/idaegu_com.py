"""대구일보 (Daegu Ilbo): regional daily of 대구; same label as 대구신문, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="idaegu_com",
    title="대구일보",
    home="https://www.idaegu.com/",
    daily=(15, 100),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
