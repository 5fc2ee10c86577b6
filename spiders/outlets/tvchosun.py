"""TV조선 (TV Chosun): broadcaster, on 조선's older `html_dir` CMS."""

from spiders.families.html_dir import html_dir
from spiders.outlet import Feed, Pace

OUTLET = html_dir(
    name="tvchosun",
    title="TV조선",
    home="https://news.tvchosun.com/",
    sources=(Feed("https://news.tvchosun.com/site/data/rss/rss.xml"),),
    pace=Pace.QUARTER_HOUR,
    daily=(40, 400),
    evidence="feed parsed with 50 entries 2026-08-20; URL form met by 7 real URLs, the newest of 2026-07",
    caveats=("The text is one block with <br> between paragraphs.",),
)
