"""법률저널 (Law Journal): law and examinations, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="lec",
    title="법률저널",
    home="https://www.lec.co.kr/",
    daily=(2, 15),
    evidence="addresses of 2026-07; feed path is the family's, not seen; robots.txt unknown",
)
