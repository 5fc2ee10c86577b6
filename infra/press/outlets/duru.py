"""두루모아: a gnuboard5 board that reposts articles."""

from infra.press.outlets import base
from spiders.families.gnuboard import gnuboard

OUTLET = gnuboard(
    name="duru",
    title="두루모아",
    base=f"{base('duru')}/",
    board="news",
    daily=(3, 60),
    delay=0.05,
    evidence="written together with the sample press",
)
