"""헬로디디 (Hello DD): science paper of 대덕, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="hellodd",
    title="헬로디디",
    home="https://www.hellodd.com/",
    daily=(5, 30),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
