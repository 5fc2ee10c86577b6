"""강변일보: the CMS of articles by 14 digits, with a past."""

from infra.press.outlets import base
from spiders.families.article14 import article14
from spiders.outlet import Feed

_BASE = base("gangbyeon")

OUTLET = article14(
    name="gangbyeon",
    title="강변일보",
    home=f"{_BASE}/",
    sources=(Feed(f"{_BASE}/feed"),),
    lists=("news/all",),
    evidence="written together with the sample press",
)
