"""폴리뉴스 (Polinews): politics, NDSoft after the article.html CMS."""

import re

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="polinews",
    title="폴리뉴스",
    home="https://www.polinews.co.kr/",
    older=(re.compile(r"/news/article\.html\?(?:.*&)?no=(?P<id>\d+)"),),
    daily=(20, 200),
    evidence="feed parsed with 50 entries 2026-08-20; body seen 2023",
)
