"""광주MBC (Gwangju MBC): broadcaster of 광주, CMS of the regional MBC stations."""

from spiders.families.mbc_local import mbc_local
from spiders.outlet import Listing

OUTLET = mbc_local(
    name="kjmbc",
    title="광주MBC",
    home="https://kjmbc.co.kr/",
    sources=(Listing("https://kjmbc.co.kr/"),),
    daily=(10, 100),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
