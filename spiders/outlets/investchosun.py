"""인베스트조선 (Invest Chosun): capital markets, partly paid, on 조선's older `html_dir` CMS."""

from processing.rules import Rules
from spiders.families.html_dir import html_dir
from spiders.outlet import Feed

OUTLET = html_dir(
    name="investchosun",
    title="인베스트조선",
    home="https://www.investchosun.com/",
    sources=(Feed("http://www.investchosun.com/freenews/rss/freenews.xml"),),
    rules=(Rules(body="#article"),),
    daily=(2, 60),
    evidence="feed of the free part seen in a public crawler; body seen 2025",
    caveats=("One checker found no live feed (2026-08).",),
)
