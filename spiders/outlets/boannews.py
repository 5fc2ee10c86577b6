"""보안뉴스 (Boan News): security; NDSoft since August 2026, own CMS before, with one row of numbers."""

import re
from datetime import date

from processing.rules import Rules
from spiders.families.ndsoft import RULES
from spiders.outlet import Feed, Outlet

OUTLET = Outlet(
    name="boannews",
    title="보안뉴스",
    home="https://www.boannews.com/",
    sources=(
        Feed("https://www.boannews.com/rss/allArticle.xml"),
        Feed("https://www.boannews.com/media/news_rss.xml"),
    ),
    article=re.compile(
        r"(?:/news/articleView(?:Amp)?\.html\?(?:.*&)?idxno=|/media/view\.asp\?(?:.*&)?idx=)(?P<id>\d{4,6})"
    ),
    canonical="https://www.boannews.com/news/articleView.html?idxno={id}",
    hosts=("m.boannews.com",),
    rules=(Rules(until=date(2026, 8, 20), body="#news_content"), RULES),
    daily=(20, 200),
    family="ndsoft",
    evidence="addresses of both forms, of the new one to 2026-09; former feed parsed 2026-08-20; body seen 2025",
    caveats=(
        "The new feed's path is the family's and not seen; the former feed had ten entries, less than an afternoon.",
        "The day of the move lies between 2026-08-18 and 2026-08-24.",
    ),
)
