"""더벨 (The Bell): premium capital-market news, own CMS; only part of it is free."""

import re

from processing.rules import Rules
from spiders.families.news_sitemap import news_sitemap

OUTLET = news_sitemap(
    name="thebell",
    title="더벨",
    home="https://www.thebell.co.kr/",
    latest="https://www.thebell.co.kr/newspartner/google.asp",
    article=re.compile(
        r"/(?:front/newsview|free/content/ArticleView|front/free/contents/(?:news/)?article_view)\.asp\?(?:.*&)?key=(?P<id>\d{24})"
    ),
    canonical="https://www.thebell.co.kr/free/content/ArticleView.asp?key={id}",
    hosts=("m.thebell.co.kr",),
    rules=(Rules(body="#article_main"),),
    daily=(20, 250),
    evidence="news sitemap seen in a public list; body seen 2025",
    caveats=(
        "Most items are for subscribers: what is shown is kept and marked, nothing is bypassed.",
    ),
)
