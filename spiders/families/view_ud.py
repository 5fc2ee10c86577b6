"""A CMS of economic papers with long numbers named `ud`: `…/view.php?ud={14 to 20 digits}{letters}_{number}`.

글로벌이코노믹, 한국금융신문 and 로이슈 run on it; 헤럴드경제 and The Korea Herald did. Some write the same `ud` as
`/article/{section}/{yyyy}/{mm}/{ud}`, before 2024 as `/article/{section}/{ud}/article.html`: the section is no part of
the identity. The text is in `.vtxt.detailCont`. `list.php?ct=SECTION&pg=N` is a list (글로벌이코노믹, 웹데일리; public
collectors of 2019 and 2023), `ct` all zeros behind its letter that of all sections. An `ud` begins with its day.
"""

import re
from typing import Unpack
from urllib.parse import urlsplit

from processing.rules import Rules
from spiders.outlet import Fields, Listing, Outlet, Source

RULES = Rules(body="div.vtxt.detailCont")
ARTICLE = re.compile(
    r"(?:/view\.php\?(?:.*&)?ud=|/article/[A-Za-z_-]+/(?:\d{4}/\d{2}/)?(?=\d+[0-9a-z]*_))"
    r"(?P<id>\d{14,20}[0-9a-z]*(?:_\d+)?)"
)


def view_ud(
    *,
    name: str,
    title: str,
    view: str,
    sources: tuple[Source, ...],
    section: str = "",
    **fields: Unpack[Fields],
) -> Outlet:
    """Declare an outlet that runs on it.

    `view` is the address of its `view.php`, without a query. `section` is the `ct` of the list of
    all sections, where it is known.
    """
    parts = urlsplit(view)
    pages = f"{view.rpartition('/')[0]}/list.php?ct={section}&pg={{page}}"
    history = (Listing(pages),) if section else ()
    stated: Fields = {"rules": (RULES,), "history": history, **fields}
    return Outlet(
        name=name,
        title=title,
        home=f"{parts.scheme}://{parts.netloc}/",
        sources=sources,
        article=ARTICLE,
        canonical=f"{view}?ud={{id}}",
        family="view_ud",
        **stated,
    )
