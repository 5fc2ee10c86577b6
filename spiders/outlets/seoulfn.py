"""서울파이낸스 (Seoul Finance): financial daily, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="seoulfn",
    title="서울파이낸스",
    home="https://www.seoulfn.com/",
    feeds=("https://cdn.seoulfn.com/rss/gn_rss_allArticle.xml",),
    daily=(30, 300),
    evidence="feed parsed with 50 entries 2026-08-20; body seen 2023",
)
