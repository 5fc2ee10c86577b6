"""두루모아: a gnuboard5 board that reposts articles."""

import re

from infra.press.outlets import base
from processing.reading.rules import Rules
from spiders.outlet import Feed, Outlet

_BASE = base("duru")

OUTLET = Outlet(
    name="duru",
    title="두루모아",
    home=f"{_BASE}/",
    sources=(Feed(f"{_BASE}/bbs/rss.php?bo_table=news"),),
    article=re.compile(r"/bbs/board\.php\?bo_table=(?P<board>\w+)&wr_id=(?P<id>\d+)"),
    canonical=f"{_BASE}/bbs/board.php?bo_table={{board}}&wr_id={{id}}",
    rules=(Rules(body="#bo_v_con", title=".bo_v_tit", published=".if_date", section=".bo_v_cate"),),
    daily=(3, 60),
    delay=0.05,
    outlet_class="aggregator",
    family="gnuboard",
    evidence="written together with the sample press",
)
