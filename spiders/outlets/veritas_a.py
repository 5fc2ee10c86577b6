"""베리타스알파 (Veritas Alpha): education and admissions, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="veritas_a",
    title="베리타스알파",
    home="https://www.veritas-a.com/",
    daily=(10, 150),
    evidence="feed parsed with 50 entries 2026-08-20; the family is inferred from the feed's path",
)
