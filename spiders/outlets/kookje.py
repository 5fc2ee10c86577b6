"""국제신문 (Kookje Shinmun): regional daily of 부산, own CMS; the id is in the query and has a dot."""

import re

from processing.rules import Rules
from spiders.families.feed import feed

OUTLET = feed(
    name="kookje",
    title="국제신문",
    home="https://www.kookje.co.kr/",
    feeds=tuple(
        f"http://www.kookje.co.kr/news2011/rss/newslist{section}.xml"
        for section in ("01", "02", "03", "04", "05", "06", "08", "16", "17")
    ),
    article=re.compile(r"/asp/newsbody\.asp\?(?:.*&)?key=(?P<id>\d{8}\.\d{8,11})"),
    canonical="https://www.kookje.co.kr/news2011/asp/newsbody.asp?key={id}",
    hosts=("m.kookje.co.kr",),
    rules=(Rules(body="#news_textArea"),),
    daily=(50, 400),
    evidence="section feeds with the full text in use 2026-02; body seen 2023",
    caveats=("One checker found no feed (2026-08).",),
)
