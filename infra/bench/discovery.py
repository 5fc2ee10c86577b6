"""What discovery takes from broken feeds and sitemaps, beside feedparser and ultimate-sitemap-parser.

    python -m infra.bench.discovery [--rounds 5]

The documents are those of the tests (`tests/spiders/formats/broken_sources.py`); one counts as read where exactly the addresses
come out that may be taken, and as invented where another one does. Feeds go to feedparser, sitemaps to
ultimate-sitemap-parser, both as their own documentation says, alternating with ours in one process on one core. CPU is
the median over the rounds, a document; the sound ones are a feed of 100 entries and a sitemap of 1,000.
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
_SOURCES: dict[str, Source] = {
    "feed": Feed(f"{HOME}/feed"),
    "sitemap": Sitemap(f"{HOME}/sitemap.xml"),
}


class _Answer(AbstractWebClientSuccessResponse):  # type: ignore[misc]  # usp is there for a bench only
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
    """Answers the one sitemap; its children are not there."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def set_max_response_data_length(self, max_response_data_length: int | None) -> None:
        pass

    def get(self, url: str) -> AbstractWebClientSuccessResponse:
        return _Answer(self._body if url.endswith("/sitemap.xml") else b"<urlset></urlset>")


def ours(kind: str) -> Reader:
    source = _SOURCES[kind]

    def read(body: bytes) -> Sequence[str]:
        found = links(source, body, base_url=source.url)
        return [link.url for link in found.links] + [child.url for child in found.children]

    return read


def by_feedparser(body: bytes) -> Sequence[str]:
    parsed = feedparser.parse(body, response_headers={"content-location": f"{HOME}/feed"})
    return [entry["link"] for entry in parsed.entries if entry.get("link")]


def by_usp(body: bytes) -> Sequence[str]:
    tree = SitemapFetcher(f"{HOME}/sitemap.xml", 0, _Client(body)).sitemap()
    return [page.url for page in tree.all_pages()] + [child.url for child in tree.sub_sitemaps]


def judged(broken: Broken, read: Reader) -> tuple[bool, int]:
    """Return whether exactly what may be taken was taken, and how many other addresses came out."""
    wanted = {*broken.urls, *(f"{HOME}/news/{number}" for number in broken.children)}
    found: set[str] = set()
    with suppress(Exception):  # whatever a reader raises, it read nothing
        found = set(read(broken.body))
    return found == wanted, len(found - wanted)


def cpu(read: Reader, bodies: Sequence[bytes], rounds: int) -> float:
    """Return the median CPU milliseconds a document."""
    took = []
    for _ in range(rounds):
        start = process_time()
        for body in bodies:
            with suppress(Exception):
                read(body)
        took.append(1000 * (process_time() - start) / len(bodies))
    return statistics.median(took)


def sound(kind: str) -> bytes:
    """Return a document with nothing wrong."""
    if kind == "feed":
        items = "".join(
            f"<item><title>배추 값 {n}</title><link>{HOME}/news/{n}</link>"
            f"<pubDate>Fri, 20 Nov 2026 09:00:00 +0900</pubDate><description>{'시장 ' * 40}</description></item>"
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
    logging.disable()  # usp says of each line why it skips it
    python = f"Python {platform.python_version()}, {os.cpu_count()} cores"
    print(
        f"{python}, feedparser {version('feedparser')}, ultimate-sitemap-parser {version('ultimate-sitemap-parser')}"
    )
    print(
        f"{'documents':<12}{'reader':<26}{'read':>9}{'invented':>10}{'CPU ms broken':>15}{'sound':>9}"
    )
    for kind, name, other in (
        ("feed", "feedparser", by_feedparser),
        ("sitemap", "ultimate-sitemap-parser", by_usp),
    ):
        chosen = [one for one in BROKEN if one.kind == kind]
        bodies = [one.body for one in chosen if len(one.body) < 50_000]  # noqa: PLR2004 - the bomb of brackets
        for label, read in (("Sillok", ours(kind)), (name, other)):
            verdicts = [judged(one, read) for one in chosen]
            good, invented = sum(one for one, _ in verdicts), sum(count for _, count in verdicts)
            broken, whole = cpu(read, bodies, rounds), cpu(read, [sound(kind)], rounds)
            line = f"{good}/{len(chosen)}"
            print(f"{kind:<12}{label:<26}{line:>9}{invented:>10}{broken:>15.2f}{whole:>9.2f}")


if __name__ == "__main__":
    main()
