"""다음뉴스 (Daum News): portal. Its pages are read, never visited."""

import re

from processing.rules import Rules
from spiders.families.portal import portal

OUTLET = portal(
    name="daum_news",
    title="다음뉴스",
    home="https://v.daum.net/",
    article=re.compile(r"/v/(?P<id>\d{17})"),
    canonical="https://v.daum.net/v/{id}",
    hosts=("v.media.daum.net", "news.v.daum.net", "news.daum.net"),
    rules=(
        Rules(
            body="div.article_view, #harmonyContainer", section="section.inner-main > h2.screen_out"
        ),
    ),
    paused="a portal's copies are not collected; the publishers are asked themselves",
    evidence="layouts of pages of 2018 and 2024, the section in the latter; URL form met by 79 real URLs",
    caveats=(
        "Its pages name the publisher (og:article:author) but link no original that can be relied on.",
    ),
)
