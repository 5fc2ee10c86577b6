"""A CMS of dailies whose articles lie at `…/view.php?key={17 digits}`.

The path differs from outlet to outlet.
"""

import re
from typing import Unpack
from urllib.parse import urlsplit

from processing.rules import NumberRule
from spiders.outlet import Fields, Outlet, Source


def view_key(
    *, name: str, title: str, view: str, sources: tuple[Source, ...], **fields: Unpack[Fields]
) -> Outlet:
    """Declare an outlet that runs on it.

    `view` is the address of `view.php` today. Former paths have the same keys.
    """
    stated: Fields = {"numbers": NumberRule("nothing"), **fields}
    parts = urlsplit(view)
    return Outlet(
        name=name,
        title=title,
        home=f"{parts.scheme}://{parts.netloc}/",
        sources=sources,
        article=re.compile(r"/view\.php\?(?:.*&)?key=(?P<id>\d{17})"),
        canonical=f"{view}?key={{id}}",
        family="view_key",
        **stated,
    )
