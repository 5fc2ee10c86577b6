"""A CMS of regional and sports papers, vendor unknown: articles at `/article.php?aid={11 to 20 digits}`.

광주일보, 광주매일신문, 전남매일 and 스포츠투데이 run on it. No feed of it is known.
"""

import re
from typing import Unpack

from spiders.outlet import Fields, Outlet, Source

ARTICLE = re.compile(r"/article\.php\?(?:.*&)?aid=(?P<id>\d{11,20})")


def article_aid(
    *, name: str, title: str, home: str, sources: tuple[Source, ...], **fields: Unpack[Fields]
) -> Outlet:
    """Declare an outlet that runs on it."""
    return Outlet(
        name=name,
        title=title,
        home=home,
        sources=sources,
        article=ARTICLE,
        canonical=f"{home.replace('http:', 'https:')}article.php?aid={{id}}",
        family="article_aid",
        **fields,
    )
