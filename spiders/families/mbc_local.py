"""The CMS of several regional MBC stations: articles at `/NewsArticle/{number}`.

No feed of it is known.
"""

import re
from typing import Unpack

from spiders.outlet import Fields, Outlet, Source

ARTICLE = re.compile(r"/NewsArticle/(?P<id>\d{5,8})(?:[/?#]|$)")


def mbc_local(
    *, name: str, title: str, home: str, sources: tuple[Source, ...], **fields: Unpack[Fields]
) -> Outlet:
    """Declare a station that runs on it."""
    return Outlet(
        name=name,
        title=title,
        home=home,
        sources=sources,
        article=ARTICLE,
        canonical=f"{home}NewsArticle/{{id}}",
        family="mbc_local",
        **fields,
    )
