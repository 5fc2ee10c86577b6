"""연합뉴스 (Yonhap News): the national wire; most other outlets reprint its stories."""

import re

from processing.rules import NumberRule, Rules
from spiders.outlet import Feed, Outlet, Pace

_SECTIONS = "politics economy industry society local international culture sports".split()  # noqa: SIM905 - a list of names

OUTLET = Outlet(
    name="yna",
    title="연합뉴스",
    home="https://www.yna.co.kr/",
    sources=(
        Feed("https://www.yna.co.kr/rss/news.xml", quiet_hours=3),
        *(Feed(f"https://www.yna.co.kr/rss/{section}.xml") for section in _SECTIONS),
    ),
    article=re.compile(
        r"(?<!en\.yna\.co\.kr)(?:/amp)?/view/(?P<id>(?:AKR|PYH|MYH|GYH|RPR)\d{15,17}[A-Za-z]{0,3})"
    ),
    canonical="https://www.yna.co.kr/view/{id}",
    older=(
        re.compile(r"/view/(?P<id>AEN\d{17})"),
        re.compile(r"/bulletin/\d{4}/\d{2}/\d{2}/(?:\d{10})?(?P<id>AKR\d{17})\.HTML"),
    ),
    hosts=("m.yna.co.kr", "en.yna.co.kr", "m-en.yna.co.kr", "www.yonhapnews.co.kr"),
    rules=(Rules(body="article.story-news, div.story-news, article.article-wrap01"),),
    pace=Pace.QUARTER_HOUR,
    daily=(500, 4000),
    budget=20000,
    numbers=NumberRule("day", digits=4),
    outlet_class="wire",
    evidence="all-news feed parsed with 120 entries 2026-08-20; section feeds in use 2026-02; body seen 2025",
    caveats=(
        "120 entries are an hour of news at noon: the section feeds close the gap.",
        "An id is the day, a number of four digits that begins anew each day, two of a revision, three of a desk.",
        "PYH is a photo, MYH a video, GYH a graphic. The tail of an article forbids AI training.",
    ),
)
