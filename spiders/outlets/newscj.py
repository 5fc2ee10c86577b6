"""천지일보 (Cheonji Ilbo): daily, NDSoft; its feeds carry the full text."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="newscj",
    title="천지일보",
    home="https://www.newscj.com/",
    feeds=("rss/allArticle_2.xml", "rss/allArticle.xml"),
    daily=(50, 600),
    evidence="feed listed 2022 and said to carry the full text 2026-02; body seen 2023",
)
