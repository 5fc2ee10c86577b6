"""약사공론 (KPA News): paper of the pharmacists' association, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="kpanews",
    title="약사공론",
    home="https://www.kpanews.co.kr/",
    daily=(20, 150),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
