"""의사신문 (Doctors Times): medical weekly, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="doctorstimes",
    title="의사신문",
    home="https://www.doctorstimes.com/",
    daily=(5, 40),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
