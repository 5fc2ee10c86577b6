"""대전MBC (Daejeon MBC): broadcaster of 대전, CMS of the regional MBC stations."""

from spiders.families.mbc_local import mbc_local
from spiders.outlet import Listing

OUTLET = mbc_local(
    name="tjmbc",
    title="대전MBC",
    home="https://tjmbc.co.kr/",
    sources=(Listing("https://tjmbc.co.kr/"),),
    daily=(10, 100),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
