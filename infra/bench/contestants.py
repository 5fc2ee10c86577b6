"""The processes that the crawl benchmark compares.

`python -m infra.bench.contestants bare|extract|ours|unguarded|nothing …`: a Scrapy spider that only
downloads; the same with Trafilatura's bare extraction of each page; our `crawl` with WARC files and
records; the same without its watchdog and without what counts a document before it is parsed;
Python with Scrapy loaded and no crawl.
"""

import os
import re
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext
from importlib import import_module
from typing import Any

from scrapy import Spider, cmdline
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Request, Response, TextResponse

CONCURRENCY = 8
"""Requests at the same time, for every contestant."""
# What our crawl turns off is off for the others as well: consoles, cookies, statistics.
_BARE: dict[str, Any] = {
    "LOG_LEVEL": "ERROR",
    "CONCURRENT_REQUESTS": CONCURRENCY,
    "CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENCY,
    "DOWNLOAD_DELAY": 0,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "COOKIES_ENABLED": False,
    "DEFAULT_REQUEST_HEADERS": {"Accept-Encoding": "gzip, deflate"},
    "STATS_DUMP": False,
}


class Bare(Spider):
    """Downloads every page."""

    name = "bare"

    def __init__(self, port: int, pages: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.port, self.pages = port, pages
        self.got = 0

    async def start(self) -> AsyncIterator[Request]:
        for number in range(self.pages):
            yield Request(f"http://127.0.0.1:{self.port}/news/{number}")

    def parse(self, response: Response) -> Iterator[Any]:
        self.got += bool(response.body)
        yield from ()


class Extract(Bare):
    """Downloads every page and extracts it as Trafilatura does by default, with metadata."""

    name = "extract"

    def parse(self, response: Response) -> Iterator[Any]:
        from trafilatura import bare_extraction  # noqa: PLC0415 - `bare` does without

        assert isinstance(response, TextResponse)  # noqa: S101 - the server says so
        self.got += bool(bare_extraction(response.text, with_metadata=True))
        yield from ()


def bare(spider: type[Bare], port: int, pages: int) -> None:
    """Run a spider with plain Scrapy and print how many pages it got."""
    process = AsyncCrawlerProcess(_BARE)
    crawler = process.create_crawler(spider)
    process.crawl(crawler, port=port, pages=pages)
    process.start()
    print(getattr(crawler.spider, "got", 0))


def ours(names: list[str], source: str, arguments: list[str]) -> None:
    """Run `scrapy crawl` for an outlet whose only source is `source` of the bench's server."""
    import spiders.outlets  # noqa: PLC0415 - the others do without
    from spiders.outlet import Outlet, Sitemap  # noqa: PLC0415 - as above

    base = "http://{}.press.test:" + os.environ["SILLOK_PRESS"]
    registry = {
        name: Outlet(
            name=name,
            title=name,
            home=base.format(name) + "/",
            sources=(Sitemap(f"{base.format(name)}/{source}"),),
            article=re.compile(r"/news/(?P<id>\d+)"),
            budget=10**6,
        )
        for name in names
    }
    # Before any module has imported them by name.
    vars(spiders.outlets).update(
        outlets=lambda: registry, names=lambda: tuple(registry), declared=registry.get
    )
    cmdline.execute(["scrapy", "crawl", names[0], *arguments])


def unguard() -> None:
    """Take out what guards a crawl against its documents, so that its cost can be measured."""
    from spiders.crawling.watchdog import Watchdog  # noqa: PLC0415 - the others do without

    vars_of = {
        "processing.reading.tree": ("check_html",),
        "processing.reading.metadata": ("check_json",),
        "spiders.formats.discover": ("check_json",),
        "spiders.formats.markup": ("check_html", "check_xml"),
    }
    for module, names in vars_of.items():
        vars(import_module(module)).update(dict.fromkeys(names, lambda *_, **__: None))
    for name, replacement in (("fork", lambda *_: None), ("parsing", lambda *_: nullcontext())):
        setattr(Watchdog, name, replacement)


def main() -> None:
    kind, *rest = sys.argv[1:]
    if kind == "unguarded":
        unguard()
    if kind in {"ours", "unguarded"}:
        ours([rest[0]], rest[1], rest[2:])
    elif kind != "nothing":
        bare({"bare": Bare, "extract": Extract}[kind], int(rest[0]), int(rest[1]))


if __name__ == "__main__":
    main()
