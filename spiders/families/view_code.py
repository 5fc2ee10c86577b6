"""A CMS whose articles are called by letters of the outlet and a number: `/article/view/{letters}{12 digits}`.

The twelve digits are the day and a counter of that day; some outlets write `/newsView/` instead.
서울경제TV, 일간스포츠, kbc광주방송 and bnt뉴스 run on it; most have no feed.
"""

import re
from typing import Unpack
from urllib.parse import urlsplit

from spiders.outlet import Fields, Outlet, Source

ARTICLE = re.compile(r"/(?:article/view|newsView)/(?P<id>[a-z]{2,6}\d{12})(?:[/?#]|$)")


def view_code(
    *, name: str, title: str, view: str, sources: tuple[Source, ...], **fields: Unpack[Fields]
) -> Outlet:
    """Declare an outlet that runs on it; `view` is what stands before the code of an article."""
    parts = urlsplit(view)
    return Outlet(
        name=name,
        title=title,
        home=f"{parts.scheme}://{parts.netloc}/",
        sources=sources,
        article=ARTICLE,
        canonical=f"{view}{{id}}",
        family="view_code",
        **fields,
    )
