"""새벽통신: WordPress, with a past."""

import re

from infra.press.outlets import base
from spiders.families.wordpress import wordpress

_BASE = base("saebyeok")

OUTLET = wordpress(
    name="saebyeok",
    title="새벽통신",
    home=f"{_BASE}/",
    article=re.compile(r"/archives/(?P<id>\d+)"),
    canonical=f"{_BASE}/archives/{{id}}",
    archive=True,
    evidence="written together with the sample press",
)
