"""A CMS of economic papers with long numbers named `ud`: `/view.php?ud={14 to 20 digits}`, later `/article/…/{ud}_1/`.

헤럴드경제 and The Korea Herald ran on it, 글로벌이코노믹 does. The text is in `.vtxt.detailCont`.
"""

import re
from typing import Unpack

from processing.rules import Rules
from spiders.families.fields import Fields
from spiders.outlet import Outlet, Source

RULES = Rules(body="div.vtxt.detailCont")
OLDER = re.compile(r"/(?:article|view\.php)\?(?:.*&)?ud=(?P<id>\d{14,}[0-9a-z_]*)")


def view_ud(
    *, name: str, title: str, home: str, sources: tuple[Source, ...], **fields: Unpack[Fields]
) -> Outlet:
    """Declare an outlet that runs on it."""
    stated: Fields = {"rules": (RULES,), "older": (OLDER,), **fields}
    return Outlet(
        name=name,
        title=title,
        home=home,
        sources=sources,
        article=re.compile(
            r"/article/(?P<section>[A-Za-z_]+)/(?P<id>\d{12,30}[0-9a-z]*_\d)/article\.html"
        ),
        canonical=f"{home}article/{{section}}/{{id}}/article.html",
        family="view_ud",
        **stated,
    )
