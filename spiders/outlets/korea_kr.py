"""정책브리핑 (korea.kr): government news and press releases."""

import re

from processing.rules import Rules
from spiders.outlet import Feed, Listing, Outlet

OUTLET = Outlet(
    name="korea_kr",
    title="정책브리핑",
    home="https://www.korea.kr/",
    sources=(
        Listing("https://www.korea.kr/news/policyNewsList.do?pageIndex={page}", pages=3),
        Listing("https://www.korea.kr/briefing/pressReleaseList.do?pageIndex={page}", pages=3),
        *(
            Feed(f"https://www.korea.kr/rss/dept_{ministry}.xml")
            for ministry in ("moef", "msit", "moel")
        ),
    ),
    article=re.compile(
        r"/(?P<kind>(?:news|briefing)/[A-Za-z]+View)\.do\?(?:.*&)?newsId=(?P<id>\d{9})"
    ),
    canonical="https://www.korea.kr/{kind}.do?newsId={id}",
    hosts=("m.korea.kr",),
    rules=(Rules(body=".article_body, #viewCont"),),
    daily=(50, 600),
    evidence="lists and a ministry feed kept in public projects, 2025-2026; URL form met by 23 real URLs",
    caveats=(
        "Not public domain: its notice names 공공누리 제4유형 without the photos; the mark is read from each page.",
        "The text of many press releases is in attached HWPX files, which are not read.",
        "/rss/policy.xml answered 404 (2026-09).",
    ),
)
