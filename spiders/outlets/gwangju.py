"""광주광역시 (Gwangju City): press releases of the city, board of its own."""

import re

from spiders.outlet import Outlet

OUTLET = Outlet(
    name="gwangju",
    title="광주광역시",
    home="https://www.gwangju.go.kr/",
    article=re.compile(
        r"/boardView\.do\?(?=(?:.*&)?boardId=(?P<board>BD_\d+))(?:.*&)?seq=(?P<id>\d+)"
    ),
    canonical="https://www.gwangju.go.kr/boardView.do?boardId={board}&seq={id}",
    daily=(0, 60),
    paused="no list of the board is known: readable from kept pages",
    evidence="one page kept in a public collection",
)
