"""통일뉴스 (Tongil News): on unification and North Korea, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="tongilnews",
    title="통일뉴스",
    home="https://www.tongilnews.com/",
    daily=(3, 50),
    evidence="feed listed 2022; URL form met by a real URL",
)
