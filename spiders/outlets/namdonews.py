"""남도일보 (Namdo Ilbo): regional daily of 광주 and 전남, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="namdonews",
    title="남도일보",
    home="https://www.namdonews.com/",
    daily=(30, 250),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
