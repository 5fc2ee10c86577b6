"""AI타임스 (AI Times): artificial intelligence, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="aitimes",
    title="AI타임스",
    home="https://www.aitimes.com/",
    daily=(10, 150),
    evidence="feed path in use by public collectors 2025; URL form met by 3 real URLs",
)
