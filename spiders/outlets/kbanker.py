"""대한금융신문 (Korea Banker): banking, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="kbanker",
    title="대한금융신문",
    home="https://www.kbanker.co.kr/",
    daily=(10, 120),
    evidence="feed parsed with 50 entries 2026-08-20; the family is inferred from the feed's path",
)
