"""IFS POST (국가미래연구원): essays and news of a think tank, a Gnuboard 5 board."""

from spiders.families.gnuboard import gnuboard
from spiders.outlet import Pace

OUTLET = gnuboard(
    name="ifs",
    title="IFS POST",
    base="https://www.ifs.or.kr/",
    board="News",
    pace=Pace.DAILY,
    daily=(0, 30),
    outlet_class="publisher",
    evidence="address of this form and body selector in a public crawler, 2023; layout that of Gnuboard 5.6.34",
)
