"""달빛경제: the CMS of articles by `ud`, with a past."""

from infra.press.outlets import base
from spiders.families.view_ud import view_ud
from spiders.outlet import Feed

_BASE = base("dalbit")

OUTLET = view_ud(
    name="dalbit",
    title="달빛경제",
    view=f"{_BASE}/view.php",
    section="g0000",
    sources=(Feed(f"{_BASE}/feed"),),
    evidence="written together with the sample press",
)
