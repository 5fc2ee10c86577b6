"""An outlet with a CMS of its own, a Google News sitemap and JSON-LD or article: tags in its pages.

The sitemap lists the articles of the last two days with title and time of publication, and is the
most complete source an outlet can have. Several of these outlets keep a sitemap per day as well,
which makes backfill exact.
"""

import re
from typing import Unpack

from spiders.outlet import Feed, Fields, Outlet, Sitemap, Source


def news_sitemap(
    *,
    name: str,
    title: str,
    home: str,
    article: re.Pattern[str],
    canonical: str = "",
    latest: str = "",
    days: str = "",
    feeds: tuple[str, ...] = (),
    **fields: Unpack[Fields],
) -> Outlet:
    """Declare it: `latest` is the news sitemap, `days` a day archive ({yyyy}, {mm}, {dd}, {yyyymmdd}) for backfill."""
    sitemaps: list[Source] = [Sitemap(url) for url in (latest, days) if url]
    return Outlet(
        name=name,
        title=title,
        home=home,
        sources=(*sitemaps, *map(Feed, feeds)),
        article=article,
        canonical=canonical,
        family="news_sitemap",
        **fields,
    )
