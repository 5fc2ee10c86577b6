"""디지털데일리 (Digital Daily): technology, WCMS since about 2022; numbers of its own before."""

import re

from spiders.families.wcms import wcms
from spiders.outlet import Listing

OUTLET = wcms(
    name="ddaily",
    title="디지털데일리",
    home="https://www.ddaily.co.kr/",
    sources=(
        Listing("https://www.ddaily.co.kr/page/list/?page={page}", pages=2),
        Listing("https://www.ddaily.co.kr/"),
    ),
    older=(re.compile(r"/news/article(?:\.html|/)?\?(?:.*&)?no=(?P<id>\d{5,7})"),),
    hosts=("m.ddaily.co.kr",),
    daily=(40, 400),
    evidence="URL form met by real URLs of 2026; layout inferred from 마이데일리, which runs the same CMS",
    caveats=(
        "No feed was found (2026-08): lists only, so completeness is not claimed.",
        "[DD퇴근길] is a round-up of the day.",
    ),
)
