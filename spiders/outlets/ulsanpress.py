"""울산신문 (Ulsan Press): regional daily of 울산, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="ulsanpress",
    title="울산신문",
    home="https://www.ulsanpress.net/",
    daily=(20, 200),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
