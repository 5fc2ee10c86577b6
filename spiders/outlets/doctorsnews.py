"""의협신문 (Doctors News): paper of the medical association, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="doctorsnews",
    title="의협신문",
    home="https://www.doctorsnews.co.kr/",
    daily=(10, 100),
    evidence="feed parsed with 50 entries 2026-08-20; the family is inferred from the feed's path",
)
