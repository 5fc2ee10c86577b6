"""서울신문 (Seoul Shinmun): national daily, own CMS; its feeds carry the full text."""

import re

from processing.rules import Rules
from spiders.families.feed import feed
from spiders.outlet import Pace

OUTLET = feed(
    name="seoul",
    title="서울신문",
    home="https://www.seoul.co.kr/",
    feeds=(
        "https://www.seoul.co.kr/xml/rss/google_plan.xml",
        *(
            f"https://www.seoul.co.kr/xml/rss/rss_{section}.xml"
            for section in ("politics", "society", "economy", "international", "life")
        ),
    ),
    article=re.compile(
        r"(?:/news/(?:[A-Za-z_0-9-]+/)+\d{4}/\d{2}/\d{2}/|/newsView\.php\?(?:.*&)?id=)(?P<id>\d{14})"
    ),
    canonical="https://www.seoul.co.kr/news/newsView.php?id={id}",
    hosts=("m.seoul.co.kr", "nownews.seoul.co.kr"),
    rules=(Rules(body="#articleContent .viewContent"),),
    pace=Pace.QUARTER_HOUR,
    daily=(100, 800),
    evidence="feed parsed with 40 entries 2026-08-20; section feeds with the full text in use 2026-02; body seen 2025",
    caveats=("nownews.seoul.co.kr shares the id space.",),
)
