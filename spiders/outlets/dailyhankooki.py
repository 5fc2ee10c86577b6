"""데일리한국 (Daily Hankook): internet paper of the 한국 group, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="dailyhankooki",
    title="데일리한국",
    home="https://daily.hankooki.com/",
    feeds=("https://rss.hankooki.com/daily/dh_main.xml", "rss/allArticle.xml"),
    daily=(60, 600),
    evidence="feed listed 2022; body seen 2023",
    caveats=("The second feed's path is the family's and not seen.",),
)
