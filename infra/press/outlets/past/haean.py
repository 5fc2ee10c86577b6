"""해안일보: WCMS, with a past."""

from infra.press.outlets import base
from spiders.families.wcms import wcms
from spiders.outlet import Feed

_BASE = base("haean")

OUTLET = wcms(
    name="haean",
    title="해안일보",
    home=f"{_BASE}/",
    sources=(Feed(f"{_BASE}/feed"),),
    evidence="written together with the sample press",
)
