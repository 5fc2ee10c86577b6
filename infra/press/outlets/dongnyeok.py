"""동녘경제: CP949, declared as euc-kr in a meta tag only."""

import re

from infra.press.outlets import base
from processing.rules import Rules
from spiders.outlet import Listing, Outlet

_BASE = base("dongnyeok")

OUTLET = Outlet(
    name="dongnyeok",
    title="동녘경제",
    home=f"{_BASE}/",
    sources=(Listing(f"{_BASE}/list.asp?sec=all", links="table.list a"),),
    article=re.compile(r"/view\.asp\?(?:.*&)?newsid=(?P<id>\d{13})"),
    canonical=f"{_BASE}/view.asp?newsid={{id}}",
    rules=(
        Rules(
            body="#news_content",
            title="td.news_title",
            subtitle="td.news_sub",
            section="td.news_section",
        ),
    ),
    daily=(3, 40),
    delay=0.05,
    evidence="written together with the sample press",
)
