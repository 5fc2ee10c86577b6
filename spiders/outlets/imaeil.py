"""매일신문 (Maeil Shinmun): regional daily of 대구, WCMS."""

from spiders.families.wcms import wcms
from spiders.outlet import Feed

OUTLET = wcms(
    name="imaeil",
    title="매일신문",
    home="https://www.imaeil.com/",
    sources=(Feed("https://www.imaeil.com/rss"),),
    hosts=("news.imaeil.com", "mnews.imaeil.com", "m.imaeil.com"),
    daily=(80, 600),
    evidence="feed of a week noted by a public project 2026; URL form met by 12 real URLs; body seen 2025",
)
