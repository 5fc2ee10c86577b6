"""그누보드5 (Gnuboard 5), the commonest Korean board engine, as an aggregator of other outlets' articles.

A post lies at `/bbs/board.php?bo_table=BOARD&wr_id=N`, with short addresses at `/BOARD/N`; `/bbs/rss.php` is an
optional feed with the whole text. `#bo_v_link` holds the 관련링크, usually the original of the publisher: the reader
makes it the origin of the article. Error pages answer 200 with an alert().
"""

import re
from typing import Unpack
from urllib.parse import urljoin

from processing.rules import Rules
from spiders.outlet import Feed, Fields, Listing, Outlet

RULES = Rules(
    body="#bo_v_con",
    title="#bo_v_title .bo_v_tit",
    published="#bo_v_info .if_date",
    section="#bo_v_title .bo_v_cate",
    drop=("#bo_v_share", "#bo_v_act", "#bo_vc", ".bo_v_nb"),
)


def gnuboard(
    *,
    name: str,
    title: str,
    base: str,
    board: str,
    pages: int = 1,
    feed: bool = True,
    **fields: Unpack[Fields],
) -> Outlet:
    """Declare one board of a Gnuboard 5 site.

    `base` is the address of its root, with a slash at the end.

    `feed` is False where the board has none; `pages` of its list are read in either case.
    """
    stated: Fields = {"rules": (RULES,), "outlet_class": "aggregator", **fields}
    table = re.escape(board)
    post = rf"(?:/bbs/board\.php\?(?=(?:.*&)?bo_table={table}(?:&|$))(?:.*&)?wr_id="
    listing = urljoin(base, f"bbs/board.php?bo_table={board}&page={{page}}")
    return Outlet(
        name=name,
        title=title,
        home=base,
        sources=(
            *((Feed(urljoin(base, f"bbs/rss.php?bo_table={board}")),) if feed else ()),
            Listing(
                listing, links="#bo_list .bo_tit, #bo_gall .bo_tit, #fboardlist a", pages=pages
            ),
        ),
        article=re.compile(rf"{post}|/{table}/)(?P<id>\d+)(?:[&/?]|$)"),
        canonical=urljoin(base, f"bbs/board.php?bo_table={board}&wr_id={{id}}"),
        family="gnuboard",
        **stated,
    )
