"""네이버뉴스 (Naver News): portal. robots.txt disallows everything to everybody; its pages are read, never visited."""

import re

from processing.rules import Rules
from spiders.families.portal import portal

OUTLET = portal(
    name="naver_news",
    title="네이버뉴스",
    home="https://n.news.naver.com/",
    article=re.compile(
        r"^(?=.*?(?:/article/(?:comment/|print/)?|[?&]oid=)(?P<oid>\d{3}))"
        r".*?(?:/\d{3}/|[?&]aid=)(?P<id>\d{10})(?!\d)"
    ),
    canonical="https://n.news.naver.com/article/{oid}/{id}",
    hosts=("news.naver.com", "m.news.naver.com", "m.sports.naver.com", "m.entertain.naver.com"),
    rules=(Rules(body="#dic_area, #articleBodyContents, #articeBody"),),
    paused="robots.txt disallows everything to everybody (seen 2026-10)",
    evidence="robots.txt seen 2026-07 to 2026-10; layouts of pages of 2021, 2024 and 2026; 7,117 real URLs",
    caveats=(
        "An article is known by press number and article number; both are in the canonical URL.",
    ),
)
