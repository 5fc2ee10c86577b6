"""반월신문: NDSoft, with a past."""

from infra.press.outlets import base
from spiders.families.ndsoft import ndsoft

_BASE = base("banwol")

OUTLET = ndsoft(
    name="banwol",
    title="반월신문",
    home=f"{_BASE}/",
    evidence="written together with the sample press",
)
