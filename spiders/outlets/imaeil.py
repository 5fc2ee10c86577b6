"""매일신문 (Maeil Shinmun): regional daily of 대구, WCMS."""

from spiders.families.wcms import wcms
from spiders.outlet import Listing

OUTLET = wcms(
    name="imaeil",
    title="매일신문",
    home="https://www.imaeil.com/",
    sources=(Listing("https://www.imaeil.com/"),),
    hosts=("news.imaeil.com", "mnews.imaeil.com", "m.imaeil.com"),
    daily=(80, 600),
    evidence="URL form met by 12 real URLs, the newest of 2026-07; body seen 2025",
    caveats=("No feed and no sitemap is known: the front page is the only list, so completeness is not claimed.",),
)
