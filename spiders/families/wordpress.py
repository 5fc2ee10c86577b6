"""WordPress: a feed at `/feed/`, and `/wp-json/` with the posts of any day, which also states true UTC times.

Permalinks differ, so the outlet names its own `article`; `/?p=N` is WordPress's own short form and has another id.
"""

import re
from typing import Unpack

from processing.rules import Rules
from spiders.outlet import Feed, Fields, Listing, Outlet

RULES = Rules(body=".entry-content, .td-post-content")
_SHORT = re.compile(r"/\?(?:.*&)?p=(?P<id>\d+)")
_DAY = "{yyyy}-{mm}-{dd}"
_POSTS = (
    f"wp-json/wp/v2/posts?per_page=100&page={{page}}&after={_DAY}T00:00:00&before={_DAY}T23:59:59"
)


def wordpress(
    *,
    name: str,
    title: str,
    home: str,
    article: re.Pattern[str],
    canonical: str,
    archive: bool = False,
    **fields: Unpack[Fields],
) -> Outlet:
    """Declare an outlet that runs on WordPress.

    `archive` where its `/wp-json/` is known to answer.
    """
    stated: Fields = {"rules": (RULES,), "older": (_SHORT,), **fields}
    return Outlet(
        name=name,
        title=title,
        home=home,
        sources=(Feed(f"{home}feed/"), *((Listing(f"{home}{_POSTS}"),) if archive else ())),
        article=article,
        canonical=canonical,
        family="wordpress",
        **stated,
    )
