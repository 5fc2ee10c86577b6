"""컨슈머타임스 (Consumer Times): consumer internet paper, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="cstimes",
    title="컨슈머타임스",
    home="https://www.cstimes.com/",
    daily=(40, 300),
    evidence="addresses of 2026-08; feed in use by a public project 2026-08; robots.txt unknown",
)
