"""연합인포맥스 (Yonhap Infomax): financial wire of 연합뉴스, NDSoft."""

from spiders.families.ndsoft import ndsoft
from spiders.outlet import Pace

OUTLET = ndsoft(
    name="einfomax",
    title="연합인포맥스",
    home="https://news.einfomax.co.kr/",
    feeds=("rss/S1N1.xml", "rss/S1N2.xml", "rss/allArticle.xml"),
    sitemaps=("sitemap.xml",),
    pace=Pace.QUARTER_HOUR,
    daily=(150, 1500),
    evidence="section feeds and sitemap seen in public lists; body seen 2025",
    caveats=(
        "The section feeds are listed, the all-news feed is the default of the family: `scrapy look` shows which live.",
    ),
)
