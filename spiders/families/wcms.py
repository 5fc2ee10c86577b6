"""WCMS, named after its "wcms_" classes.

The vendor is not known. Articles at `/page/view/{19 digits}`.

Used by 디지털데일리, 마이데일리, 매일신문 and CEO스코어데일리. It has no feed. JSON-LD states `datePublished` with its
offset. `/page/list/?page=N` lists all articles of 디지털데일리 (public collector, 2026), and the day of an article stands in
its number.
"""

import re
from typing import Unpack

from processing.rules import NumberRule, Rules
from spiders.outlet import Fields, Listing, Outlet, Source

PAGES = "page/list/?page={page}"
"""The list of all articles; its page parameter is `page`."""
RULES = Rules(
    body=".article_content, #articlebody", drop=(".wcms_banner", ".art_mid_ad", ".clean_banner")
)


def wcms(
    *, name: str, title: str, home: str, sources: tuple[Source, ...], **fields: Unpack[Fields]
) -> Outlet:
    """Declare an outlet that runs on WCMS."""
    # Where an outlet polls the list already, a backfill reads on from there.
    is_polled = any("{page}" in source.url for source in sources)
    history = () if is_polled else (Listing(f"{home}{PAGES}"),)
    stated: Fields = {
        "rules": (RULES,),
        "numbers": NumberRule("nothing"),
        "history": history,
        **fields,
    }
    return Outlet(
        name=name,
        title=title,
        home=home,
        sources=sources,
        article=re.compile(r"/page/view/(?P<id>\d{19})"),
        canonical=f"{home}page/view/{{id}}",
        family="wcms",
        **stated,
    )
