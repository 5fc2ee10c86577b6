"""일간스포츠 (Ilgan Sports): sports daily, view_code CMS."""

from spiders.families.view_code import view_code
from spiders.outlet import Feed, Listing

OUTLET = view_code(
    name="isplus",
    title="일간스포츠",
    view="https://isplus.com/article/view/",
    sources=(Feed("https://isplus.com/rss"), Listing("https://isplus.com/")),
    daily=(80, 600),
    evidence="addresses of 2026-08; feed parsed with 100 entries 2026-08-20; robots.txt unknown",
)
