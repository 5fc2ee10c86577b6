"""라포르시안 (Rapportian): medicine and health policy, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="rapportian",
    title="라포르시안",
    home="https://www.rapportian.com/",
    daily=(3, 60),
    evidence="feed parsed with 50 entries 2026-08-20; the family is inferred from the feed's path",
)
