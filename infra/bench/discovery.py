"""Benchmark of discovery on broken sources beside feedparser and ultimate-sitemap-parser.

    python -m infra.bench.discovery [--rounds 5]

The documents are those of the tests (`tests/spiders/formats/broken_sources.py`). One counts as read
where exactly the expected addresses come out; any other address counts as invented. Feeds go to
feedparser, sitemaps to ultimate-sitemap-parser, both used as their documentation shows, in the same
process. CPU is the median over the rounds, in milliseconds per document; the sound documents are a
feed of 100 entries and a sitemap of 1,000.
"""

import argparse
import logging
import os
import platform
import statistics
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import version
from time import process_time

import feedparser
from usp.fetch_parse import SitemapFetcher
from usp.web_client.abstract_client import AbstractWebClient, AbstractWebClientSuccessResponse

from spiders.formats.discover import links
from spiders.outlet import Feed, Sitemap, Source
from tests.spiders.formats.broken_sources import BROKEN, HOME, Broken

Reader = Callable[[bytes], Sequence[str]]
_BOMB = 50_000
"""Bytes from which on a document is left out of the CPU figures."""
_SOURCES: dict[str, Source] = {
    "feed": Feed(f"{HOME}/feed"),
    "sitemap": Sitemap(f"{HOME}/sitemap.xml"),
}


class _Answer(AbstractWebClientSuccessResponse):  # type: ignore[misc]  # usp: only in `bench`
    def __init__(self, body: bytes) -> None:
        self._body = body

    def status_code(self) -> int:
        return 200

    def status_message(self) -> str:
        return "OK"

    def header(self, case_insensitive_name: str) -> str | None:  # noqa: ARG002 - usp's interface
        return None

    def raw_data(self) -> bytes:
        return self._body

    def url(self) -> str:
        return f"{HOME}/sitemap.xml"


class _Client(AbstractWebClient):  # type: ignore[misc]  # as above
    """Serves one sitemap from memory; all others are empty."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def set_max_response_data_length(self, max_response_data_length: int | None) -> None:
        pass

    def get(self, url: str) -> AbstractWebClientSuccessResponse:
        return _Answer(self._body if url.endswith("/sitemap.xml") else b"<urlset></urlset>")


def ours(kind: str) -> Reader:
    source = _SOURCES[kind]

    def read(body: bytes) -> Sequence[str]:
        discovered = links(source, body, base_url=source.url)
        children = [child.url for child in discovered.children]
        return [link.url for link in discovered.links] + children

    return read


def by_feedparser(body: bytes) -> Sequence[str]:
    parsed = feedparser.parse(body, response_headers={"content-location": f"{HOME}/feed"})
    return [entry["link"] for entry in parsed.entries if entry.get("link")]


def by_usp(body: bytes) -> Sequence[str]:
    tree = SitemapFetcher(f"{HOME}/sitemap.xml", 0, _Client(body)).sitemap()
    return [page.url for page in tree.all_pages()] + [child.url for child in tree.sub_sitemaps]


def judged(broken: Broken, read: Reader) -> tuple[bool, int]:
    """Return whether exactly the expected addresses came out, and the number of other ones."""
    expected = {*broken.urls, *(f"{HOME}/news/{number}" for number in broken.children)}
    urls: set[str] = set()
    # A reader that raises has read nothing, whatever it raises.
    with suppress(Exception):
        urls = set(read(broken.body))
    return urls == expected, len(urls - expected)


def cpu(read: Reader, bodies: Sequence[bytes], rounds: int) -> float:
    """Return the median over `rounds` of the CPU milliseconds per document."""
    took = []
    for _ in range(rounds):
        start = process_time()
        for body in bodies:
            with suppress(Exception):
                read(body)
        took.append(1000 * (process_time() - start) / len(bodies))
    return statistics.median(took)


def sound(kind: str) -> bytes:
    """Return a well-formed feed or sitemap."""
    if kind == "feed":
        items = "".join(
            f"<item><title>배추 값 {n}</title><link>{HOME}/news/{n}</link>"
            "<pubDate>Fri, 20 Nov 2026 09:00:00 +0900</pubDate>"
            f"<description>{'시장 ' * 40}</description></item>"
            for n in range(100)
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'.encode()
    urls = "".join(
        f"<url><loc>{HOME}/news/{n}</loc><lastmod>2026-11-20</lastmod></url>" for n in range(1000)
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    # ultimate-sitemap-parser logs every entry that it skips.
    logging.disable()
    python = f"Python {platform.python_version()}, {os.cpu_count()} cores"
    libraries = (f"{name} {version(name)}" for name in ("feedparser", "ultimate-sitemap-parser"))
    print(python, *libraries, sep=", ")
    print(
        f"{'documents':<12}{'reader':<26}{'read':>9}{'invented':>10}{'CPU ms broken':>15}"
        f"{'sound':>9}"
    )
    for kind, name, other in (
        ("feed", "feedparser", by_feedparser),
        ("sitemap", "ultimate-sitemap-parser", by_usp),
    ):
        documents = [document for document in BROKEN if document.kind == kind]
        # One document is a bomb of brackets, whose time would be all of the mean.
        bodies = [document.body for document in documents if len(document.body) < _BOMB]
        for label, read in (("Sillok", ours(kind)), (name, other)):
            verdicts = [judged(document, read) for document in documents]
            good = sum(is_read for is_read, _ in verdicts)
            invented = sum(count for _, count in verdicts)
            broken, whole = cpu(read, bodies, rounds), cpu(read, [sound(kind)], rounds)
            share = f"{good}/{len(documents)}"
            print(f"{kind:<12}{label:<26}{share:>9}{invented:>10}{broken:>15.2f}{whole:>9.2f}")


if __name__ == "__main__":
    main()
