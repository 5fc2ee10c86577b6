"""코리아아이티타임스 (Korea IT Times): English-language technology paper, NDSoft."""

from processing.rules import Rules
from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="koreaittimes",
    title="코리아아이티타임스",
    home="https://www.koreaittimes.com/",
    rules=(Rules(body="#article-view-content-div", english=True),),
    daily=(10, 80),
    evidence="addresses of 2026-08; feed path is the family's, not seen; robots.txt unknown",
    caveats=("In English.",),
)
