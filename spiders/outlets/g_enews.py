"""글로벌이코노믹 (Global Economic): economic daily, on the `ud` CMS; three forms of address with one number."""

from spiders.families.view_ud import view_ud
from spiders.outlet import Listing

OUTLET = view_ud(
    name="g_enews",
    title="글로벌이코노믹",
    view="https://www.g-enews.com/view.php",
    section="g000000",
    sources=(
        Listing("https://www.g-enews.com/list.php?ct=g000000"),
        Listing("https://www.g-enews.com/"),
    ),
    hosts=("news.g-enews.com", "m.g-enews.com"),
    daily=(80, 600),
    evidence="addresses of both forms of today of 2026-08 and 2026-09; list in public collectors; body seen 2023",
    caveats=(
        "No feed is known (/rss/allArticle.xml answered 500 to a checker, 2026): lists only, completeness not claimed.",
    ),
)
