"""엔디소프트 (NDSoft), the CMS of several hundred Korean local and trade papers.

Signs: articles at `/news/articleView.html?idxno=N` (AMP: `articleViewAmp.html`), feeds under
`/rss/`, some of them on `cdn.HOST`, a footer link to ndsoft.co.kr, the text in
`#article-view-content-div`. Feed dates ("2026-09-27 19:00:00") have no zone and are Seoul time. A
feed holds the newest 50 articles, `/sitemap.xml` about 100. `idxno` counts the articles of the
outlet as they are made, drafts among them. `/news/articleList.html?page=N&view_type=sm` lists all
articles, 20 a page with the day of each ("2026.09.27 19:00"), and goes back for years (read back by
public collectors, 2026-10).
"""

import re
from typing import Unpack
from urllib.parse import urljoin

from processing.rules import NumberRule, Rules
from spiders.outlet import Feed, Fields, Listing, Outlet, Sitemap

ARTICLE = re.compile(r"/news/articleView(?:Amp)?\.html\?(?:.*&)?idxno=(?P<id>\d+)")

PAGES = "news/articleList.html?page={page}&view_type=sm"
"""The list of all articles; its page parameter is `page`."""
RULES = Rules(
    body="#article-view-content-div",
    drop=(".view-copyright", ".view-editors", ".article-head-sub", ".ad-template", "[id^=AD]"),
)


def ndsoft(
    *,
    name: str,
    title: str,
    home: str,
    feeds: tuple[str, ...] = ("rss/allArticle.xml",),
    sitemaps: tuple[str, ...] = (),
    **fields: Unpack[Fields],
) -> Outlet:
    """Declare an outlet that runs on NDSoft.

    `feeds` and `sitemaps` are addresses, relative ones to `home`.
    """
    history = (Listing(urljoin(home, PAGES), links="a[href*='articleView.html']"),)
    stated: Fields = {
        "rules": (RULES,),
        "numbers": NumberRule("outlet"),
        "history": history,
        **fields,
    }
    return Outlet(
        name=name,
        title=title,
        home=home,
        sources=(
            *(Feed(urljoin(home, feed)) for feed in feeds),
            *(Sitemap(urljoin(home, sitemap)) for sitemap in sitemaps),
        ),
        article=ARTICLE,
        canonical=f"{home}news/articleView.html?idxno={{id}}",
        family="ndsoft",
        **stated,
    )
