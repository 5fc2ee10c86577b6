"""IT조선 (IT Chosun): technology, NDSoft with 13-digit numbers."""

from spiders.families.arc import HTML_DIR
from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="it_chosun",
    title="IT조선",
    home="https://it.chosun.com/",
    older=(HTML_DIR,),
    daily=(10, 150),
    evidence="feed path is the family's, not seen; body seen 2025",
)
