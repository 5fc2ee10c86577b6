"""세이프타임즈 (Safe Times): safety, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="safetimes",
    title="세이프타임즈",
    home="https://www.safetimes.co.kr/",
    daily=(10, 60),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
