"""월산신문: the 인터넷신문 solution, with a past."""

from infra.press.outlets import base
from spiders.families.article_no import article_no

_BASE = base("wolsan")

OUTLET = article_no(
    name="wolsan",
    title="월산신문",
    home=f"{_BASE}/",
    evidence="written together with the sample press",
)
