"""코리아헤럴드 (The Korea Herald): English-language daily, own CMS."""

import re

from processing.rules import Rules
from spiders.families.feed import feed

OUTLET = feed(
    name="koreaherald",
    title="코리아헤럴드",
    home="https://www.koreaherald.com/",
    feeds=("https://www.koreaherald.com/rss/newsAll",),
    article=re.compile(r"/article/(?P<id>\d{7,8})(?:[/?]|$)"),
    canonical="https://www.koreaherald.com/article/{id}",
    older=(re.compile(r"/view\.php\?(?:.*&)?ud=(?P<id>\d{14})"),),
    hosts=("m.koreaherald.com",),
    daily=(30, 300),
    evidence="feed parsed with 50 entries 2026-08-20",
    rules=(Rules(english=True),),
    caveats=("In English.",),
)
