"""비즈니스코리아 (Business Korea): English-language business paper, NDSoft."""

from processing.rules import Rules
from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="businesskorea",
    title="비즈니스코리아",
    home="https://www.businesskorea.co.kr/",
    rules=(Rules(body="#article-view-content-div", english=True),),
    daily=(20, 150),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
    caveats=("In English.",),
)
