"""시사저널 (Sisa Journal): news weekly, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="sisajournal",
    title="시사저널",
    home="https://www.sisajournal.com/",
    daily=(10, 150),
    evidence="feed parsed with 50 entries 2026-08-20; page seen 2026-10",
)
