"""농축유통신문 (AM News): farm produce weekly, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="amnews",
    title="농축유통신문",
    home="https://www.amnews.co.kr/",
    daily=(5, 40),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
)
