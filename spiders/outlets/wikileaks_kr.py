"""위키리크스한국 (Wikileaks Korea): internet paper, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="wikileaks_kr",
    title="위키리크스한국",
    home="https://www.wikileaks-kr.org/",
    daily=(15, 100),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
