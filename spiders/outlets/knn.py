"""KNN: broadcaster of 부산 and 경남, own CMS."""

import re

from spiders.outlet import Listing, Outlet

OUTLET = Outlet(
    name="knn",
    title="KNN",
    home="https://news.knn.co.kr/",
    sources=(Listing("https://news.knn.co.kr/"),),
    article=re.compile(r"/news/article/(?P<id>\d{5,7})(?:[/?]|$)"),
    canonical="https://news.knn.co.kr/news/article/{id}",
    daily=(15, 100),
    evidence="addresses of 2026-08; robots.txt unknown",
    caveats=("No feed and no sitemap is known: the front page is the only list.",),
)
