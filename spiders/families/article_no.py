"""인터넷신문 솔루션, a CMS of local and trade papers: articles at `/news/article.html?no=N`, a feed of 25 entries.

Signs: `/data/rss/news.xml`, the text in `#news_body_area`, the date in `.arvdate`. 디지털데일리, 프레시안, 폴리뉴스 and
쿠키뉴스 have left it. `/news/article_list_all.html?page=N` lists all articles with the day of each and goes back
for months at the least (코스모닝 and 코스인코리아, read back by a public collector on 2026-10-07).
"""

import re
from typing import Unpack

from processing.rules import Rules
from spiders.outlet import Feed, Fields, Listing, Outlet

ARTICLE = re.compile(r"/(?:news|mobile)/article(?:\.html|/)?\?(?:.*&)?no=(?P<id>\d+)")
PAGES = "news/article_list_all.html?page={page}"
"""The list of all articles; its page parameter is `page`."""
RULES = Rules(body="#news_body_area")


def article_no(*, name: str, title: str, home: str, **fields: Unpack[Fields]) -> Outlet:
    """Declare an outlet that runs on it."""
    history = (Listing(f"{home}{PAGES}", links="a[href*='article.html']"),)
    stated: Fields = {"rules": (RULES,), "history": history, **fields}
    return Outlet(
        name=name,
        title=title,
        home=home,
        sources=(Feed(f"{home}data/rss/news.xml"),),
        article=ARTICLE,
        canonical=f"{home}news/article.html?no={{id}}",
        family="article_no",
        **stated,
    )
