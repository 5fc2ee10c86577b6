"""솔내신문: a regional paper on NDSoft's CMS."""

import re

from infra.press.outlets import base
from processing.reading.rules import Rules
from spiders.outlet import Feed, Outlet

_BASE = base("sollae")

OUTLET = Outlet(
    name="sollae",
    title="솔내신문",
    home=f"{_BASE}/",
    sources=(Feed(f"{_BASE}/rss/allArticle.xml"),),
    article=re.compile(r"/news/articleView\.html\?(?:.*&)?idxno=(?P<id>\d+)"),
    canonical=f"{_BASE}/news/articleView.html?idxno={{id}}",
    rules=(Rules(body="#article-view-content-div"),),
    daily=(3, 40),
    delay=0.05,
    family="ndsoft",
    evidence="written together with the sample press",
)
