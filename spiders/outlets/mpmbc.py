"""목포MBC (Mokpo MBC): broadcaster of 목포, CMS of the regional MBC stations."""

from spiders.families.mbc_local import mbc_local
from spiders.outlet import Listing

OUTLET = mbc_local(
    name="mpmbc",
    title="목포MBC",
    home="https://mpmbc.co.kr/",
    sources=(Listing("https://mpmbc.co.kr/"),),
    daily=(5, 80),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
