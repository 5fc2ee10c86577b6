"""A CMS of regional and economic papers, vendor unknown: articles at `/article/{yyyymmdd}5{five digits}`.

강원일보 and 경북매일 moved to it in 2026. Some of its outlets have a feed (`/news/rss`, `/news/rssAll`). Its lists take
`?page=N` (강원일보's `/economy/all`, public collector, 2026); a list of all articles is not known of any outlet.
"""

import re
from typing import Unpack

from processing.rules import NumberRule, Rules
from spiders.outlet import Fields, Listing, Outlet, Source

RULES = Rules(body=".article_txt_container, .article-txt-contents", drop=(".arti_copy",))


def article14(
    *,
    name: str,
    title: str,
    home: str,
    sources: tuple[Source, ...],
    lists: tuple[str, ...] = (),
    **fields: Unpack[Fields],
) -> Outlet:
    """Declare an outlet that runs on it.

    `lists` are paths of lists that name all of its articles together ("news/all"); the days of
    articles stand in their numbers.
    """
    history = tuple(Listing(f"{home}{path}?page={{page}}") for path in lists)
    stated: Fields = {
        "rules": (RULES,),
        "numbers": NumberRule("day"),
        "history": history,
        **fields,
    }
    return Outlet(
        name=name,
        title=title,
        home=home,
        sources=sources,
        article=re.compile(r"/article(?:Amp)?/(?P<id>\d{14})(?:[/?]|$)"),
        canonical=f"{home}article/{{id}}",
        family="article14",
        **stated,
    )
