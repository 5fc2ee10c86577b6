"""대전일보 (The Daejeon Ilbo): regional daily, NDSoft; another CMS with other ids until about 2021."""

import re

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="daejonilbo",
    title="대전일보",
    home="https://www.daejonilbo.com/",
    older=(re.compile(r"/(?:mnews|news/newsitem)\.asp\?(?:.*&)?pk_no=(?P<id>\d+)"),),
    hosts=("m.daejonilbo.com",),
    daily=(60, 500),
    evidence="feed parsed with 50 entries 2026-08-20",
)
