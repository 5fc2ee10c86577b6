"""인천투데이 (Incheon Today): internet paper of 인천, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="incheontoday",
    title="인천투데이",
    home="https://www.incheontoday.com/",
    daily=(15, 100),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
