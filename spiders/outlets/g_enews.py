"""글로벌이코노믹 (Global Economic): economic daily, on the `ud` CMS."""

from spiders.families.view_ud import view_ud
from spiders.outlet import Listing

OUTLET = view_ud(
    name="g_enews",
    title="글로벌이코노믹",
    home="https://www.g-enews.com/",
    sources=(Listing("https://www.g-enews.com/"),),
    hosts=("news.g-enews.com", "m.g-enews.com"),
    daily=(80, 600),
    evidence="URL forms met by 7 real URLs; body seen 2023",
    caveats=(
        "No feed and no sitemap is known: the front page is the only list, so completeness is not claimed.",
    ),
)
