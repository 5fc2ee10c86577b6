"""The six outlets of the sample press as values: their paths, layouts and how their servers behave."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from infra.press.articles import Story

DOMAIN = "press.test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One outlet's web server.

    `article` is a format string for an article's path (fields of `path`); `sources` maps a path to
    its template. `days` is the path of a sitemap of one day, `reserved` the location for which
    tdmrep.json reserves text mining. `validators` says which of ETag and Last-Modified the server
    sends.
    """

    name: str
    title: str
    article: str
    sources: Mapping[str, str]
    robots: str
    days: str = ""
    reserved: str = ""
    charset: str = "utf-8"
    content_type: str = "text/html; charset=utf-8"
    validators: frozenset[str] = frozenset({"etag", "last-modified"})
    gzip: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """Host name without the port."""
        return f"{self.name}.{DOMAIN}"

    def path(self, story: Story, published: datetime) -> str:
        """Return the path and query of a story's page."""
        return (story.path or self.article).format(
            number=story.number,
            section=SECTIONS.get(story.section, "etc"),
            yyyy=f"{published:%Y}",
            mm=f"{published:%m}",
            dd=f"{published:%d}",
            arc=_arc_id(story.id),
        )


def _arc_id(key: str) -> str:
    """Return 26 letters and digits such as Arc gives an article, always the same for a key."""
    return base64.b32encode(hashlib.sha256(key.encode()).digest()).decode()[:26]


SECTIONS = {
    "정치": "politics",
    "경제": "economy",
    "산업": "industry",
    "증권": "stock",
    "사회": "society",
    "전국": "national",
    "국제": "world",
    "문화": "culture",
    "스포츠": "sports",
    "과학": "science",
    "오피니언": "opinion",
    "사람들": "people",
}

# Each outlet plays one kind of CMS and one set of manners; docs/press.md says which. Crawl-delays
# are
# fractions of a second so that a run is short, and are obeyed like any other.
SITES = (
    Site(
        name="onsaem",
        title="온샘일보",
        article="/article/{section}/{yyyy}{mm}{dd}{number}",
        sources={
            "/": "onsaem-home.html",
            "/sitemap/index.xml": "sitemap-index.xml",
            "/sitemap/latest-articles.xml": "news-sitemap.xml",
            "/rss/all.xml": "rss.xml",
        },
        days="/sitemap/articles/{:%Y/%Y%m%d}.xml",
        robots="""\
            User-agent: *
            Disallow: /plus/
            Disallow: /search
            Crawl-delay: 0.1
            User-agent: GPTBot
            Disallow: /
            Sitemap: {base}/sitemap/index.xml
            """,
    ),
    Site(
        name="sollae",
        title="솔내신문",
        article="/news/articleView.html?idxno={number}",
        sources={
            "/": "sollae-list.html",
            "/rss/allArticle.xml": "ndsoft-rss.xml",
            "/news/articleList.html?view_type=sm": "sollae-list.html",
        },
        robots="""\
            User-agent: *
            Disallow: /admin/
            Disallow: /member/
            Allow: /
            """,
        validators=frozenset({"etag"}),
    ),
    Site(
        name="dongnyeok",
        title="동녘경제",
        article="/view.asp?newsid={yyyy}{mm}{dd}{number}",
        sources={
            "/": "dongnyeok-list.html",
            "/rss/news.asp": "rss.xml",
            "/list.asp?sec=all": "dongnyeok-list.html",
        },
        robots="""\
            User-agent: *
            Disallow: /popup/
            """,
        charset="cp949",
        content_type="text/html",
        validators=frozenset({"last-modified"}),
        gzip=False,
        headers={"Server": "Microsoft-IIS/8.5"},
    ),
    Site(
        name="narae",
        title="나래저널",
        article="/{section}/{yyyy}/{mm}/{dd}/{arc}/",
        sources={
            "/": "narae-home.html",
            "/arc/outboundfeeds/news-sitemap/?outputType=xml": "news-sitemap.xml",
            "/arc/outboundfeeds/rss/?outputType=xml": "arc-rss.xml",
        },
        robots="""\
            User-agent: *
            Disallow: /pf/api/
            User-agent: CCBot
            Disallow: /
            Sitemap: {base}/arc/outboundfeeds/news-sitemap/?outputType=xml
            """,
        reserved="/culture/*",
        headers={"Server": "openresty", "Vary": "Accept-Encoding"},
    ),
    Site(
        name="gaon",
        title="가온통신",
        article="/view/AKR{yyyy}{mm}{dd}{number}051",
        sources={"/": "gaon-list.html", "/rss/news.xml": "rss.xml", "/news/all": "gaon-list.html"},
        robots="""\
            User-agent: *
            Disallow: /search/
            Crawl-delay: 0.2
            User-agent: Bytespider
            Disallow: /
            """,
    ),
    Site(
        name="duru",
        title="두루모아",
        article="/bbs/board.php?bo_table=news&wr_id={number}",
        sources={
            "/": "duru-list.html",
            "/bbs/board.php?bo_table=news": "duru-list.html",
            "/bbs/board.php?bo_table=news&page=1": "duru-list.html",
            "/bbs/rss.php?bo_table=news": "duru-rss.xml",
        },
        robots="""\
            User-agent: *
            Disallow: /adm/
            Disallow: /bbs/login.php
            """,
        validators=frozenset(),
        gzip=False,
        headers={
            "Server": "Apache",
            "Cache-Control": "no-store, no-cache, must-revalidate",
            "Pragma": "no-cache",
        },
    ),
)
