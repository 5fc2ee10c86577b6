"""대구MBC (Daegu MBC): broadcaster of 대구 and 경북, CMS of the regional MBC stations."""

from spiders.families.mbc_local import mbc_local
from spiders.outlet import Listing

OUTLET = mbc_local(
    name="dgmbc",
    title="대구MBC",
    home="https://dgmbc.com/",
    sources=(Listing("https://dgmbc.com/"),),
    daily=(10, 100),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
