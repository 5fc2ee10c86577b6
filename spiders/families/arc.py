"""Arc XP, the CMS of 조선일보 and 조선비즈: feeds under `/arc/outboundfeeds/`, the text in script JSON.

An article lies at `/{section}/…/{yyyy}/{mm}/{dd}/{26 letters and digits}/`; without the last slash
the server redirects in a circle, so the slash is part of the canonical URL. The HTML body is empty
without JavaScript; the reader finds the text in `Fusion.globalContent`, so no browser is needed.
"""

import re
from typing import Unpack

from spiders.outlet import Feed, Fields, Outlet, Sitemap

ARTICLE = re.compile(
    r"(?P<path>(?:/[a-z0-9_-]+){1,4}/\d{4}/\d{2}/\d{2})/(?P<id>[A-Z2-7]{26})(?:/|$|\?)"
)
HTML_DIR = re.compile(r"/site/data/html_dir/\d{4}/\d{2}/\d{2}/(?P<id>\d{13})\.html")


def arc(*, name: str, title: str, home: str, **fields: Unpack[Fields]) -> Outlet:
    """Declare an outlet of the 조선 group that runs on Arc.

    Its pages of before 2020 (`html_dir`) are articles too.
    """
    stated: Fields = {"older": (HTML_DIR,), **fields}
    return Outlet(
        name=name,
        title=title,
        home=home,
        sources=(
            Feed(f"{home}arc/outboundfeeds/rss/?outputType=xml"),
            Sitemap(f"{home}arc/outboundfeeds/news-sitemap/?outputType=xml"),
        ),
        article=ARTICLE,
        canonical=f"{home.rstrip('/')}{{path}}/{{id}}/",
        family="arc",
        **stated,
    )
