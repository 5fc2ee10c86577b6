"""더인디고 (The Indigo): disability news, WordPress."""

import re

from spiders.families.wordpress import wordpress
from spiders.outlet import Pace

OUTLET = wordpress(
    name="theindigo",
    title="더인디고",
    home="https://theindigo.co.kr/",
    article=re.compile(r"theindigo\.co\.kr/archives/(?P<id>\d+)"),
    canonical="https://theindigo.co.kr/archives/{id}",
    archive=True,
    pace=Pace.DAILY,
    daily=(0, 30),
    evidence="wp-json, robots and body confirmed by a public project 2026-08; addresses of this form of 2024",
)
