"""뉴스타운 (Newstown): internet paper, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="newstown",
    title="뉴스타운",
    home="https://www.newstown.co.kr/",
    daily=(10, 150),
    evidence="page of the family kept in a public test collection, 2022; feed path is the family's, not seen",
)
