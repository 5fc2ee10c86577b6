"""나래저널: Arc; the article is in the page's script only."""

from infra.press.outlets import base
from spiders.families.arc import arc

OUTLET = arc(
    name="narae",
    title="나래저널",
    home=f"{base('narae')}/",
    daily=(3, 40),
    delay=0.05,
    evidence="written together with the sample press",
)
