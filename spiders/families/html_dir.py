"""The older CMS of 조선, live at TV조선 and 인베스트조선: `/site/data/html_dir/{yyyy}/{mm}/{dd}/{13 digits}.html`."""

import re
from typing import Unpack

from spiders.outlet import Fields, Outlet, Source


def html_dir(
    *, name: str, title: str, home: str, sources: tuple[Source, ...], **fields: Unpack[Fields]
) -> Outlet:
    """Declare an outlet that runs on it."""
    return Outlet(
        name=name,
        title=title,
        home=home,
        sources=sources,
        article=re.compile(r"(?P<path>/site/data/html_dir/\d{4}/\d{2}/\d{2}/)(?P<id>\d{13})\.html"),
        canonical=f"{home.rstrip('/')}{{path}}{{id}}.html",
        family="html_dir",
        **fields,
    )
