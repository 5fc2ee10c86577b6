"""Benchmark of the reader beside bare Trafilatura, alternating in one run on one core.

    SILLOK_KEPT_PAGES=DIR python -m infra.bench.reading [--rounds 5] [--generated 200]
        [--flat 10000] [--english DIR] [--cases DIR]

Trafilatura gets decoded text; the processor time of ours includes the decoding, and the second
reading where it runs. Kept pages, generated ones and those of the crawl bench are reported
separately. Then both read the same pages for quality: kept ones, damaged ones, lists and boards,
and English pages and cases where an option or `SILLOK_ENGLISH_PAGES` and `SILLOK_READING_CASES`
name their folders.
"""

import argparse
import os
import platform
import random
import resource
import statistics
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from trafilatura import bare_extraction

from infra.bench.generated import page as crawl_page
from infra.bench.reading.quality import (
    HEAD,
    of_boards,
    of_cases,
    of_english,
    of_kept,
    of_layouts,
    of_lists,
)
from infra.bench.reading.scores import KeptPage, folder, kept
from processing.inspection.kept_pages import Item, read_many
from processing.reading.extract import extract
from processing.reading.tree import decode
from processing.records import Page

GOAL = 0.40
"""The share of bare Trafilatura's processor time that a reading should take."""
NOW = datetime(2026, 3, 22, 3, 0, tzinfo=UTC)
_SYLLABLES = (
    "가나다라마바사아자차카타파하고노도로모보소오조초코토포호"
    "구누두루무부수우주추쿠투푸후기니디리미비시이지치키티피히"
)


def generated(count: int, seed: int = 7) -> Iterator[Page]:
    """Yield invented pages of 60 to 120 KB: lists of links and an article of 5 to 25 paragraphs."""
    chance = random.Random(seed)  # noqa: S311 (text for a bench)
    for number in range(count):
        paragraphs = "".join(f"<p>{_sentences(chance)}</p>" for _ in range(chance.randint(5, 25)))
        links = "".join(
            f'<li><a href="/news/{index}">{_words(chance, 6)}</a></li>'
            for index in range(chance.randint(300, 700))
        )
        title = _words(chance, 7)
        head = f'<title>{title} - 한들신문</title><meta property="og:title" content="{title}">'
        stamp = '<meta property="article:published_time" content="2026-03-21T14:05:33+09:00">'
        body = f"{paragraphs}<p>저작권자 ⓒ 한들신문 무단전재 및 재배포 금지</p>"
        # The list of links stands twice, so that most of the page is not its article.
        markup = (
            f'<html lang="ko"><head><meta charset="utf-8">{head}{stamp}</head><body>'
            f'<nav><ul>{links}</ul></nav><div class="view"><h1>{title}</h1>'
            '<div class="info">표가람 기자 입력 2026.03.21 14:05</div>'
            f'<div class="article_body">{body}</div></div><ul>{links}</ul></body></html>'
        )
        yield Page(
            url=f"https://www.handeul.test/news/{number}", fetched_at=NOW, body=markup.encode()
        )


def of_crawls(count: int) -> Iterator[Page]:
    """Yield pages of the crawl bench: most of their bytes are menus, lists and scripts."""
    for number in range(count):
        yield Page(
            url=f"https://www.press.test/news/{number}", fetched_at=NOW, body=crawl_page(number)
        )


def _words(chance: random.Random, count: int) -> str:
    return " ".join(
        "".join(chance.choices(_SYLLABLES, k=chance.randint(2, 5))) for _ in range(count)
    )


def _sentences(chance: random.Random) -> str:
    return " ".join(
        f"{_words(chance, chance.randint(6, 14))}다." for _ in range(chance.randint(2, 5))
    )


def ratio(pages: list[Page], rounds: int) -> tuple[float, float, float]:
    """Return the medians over `rounds` of ours/bare and of the milliseconds per page of each."""
    texts = [text for page in pages if isinstance(text := decode(page), str)]
    ratios, ours, bare = [], [], []
    for _ in range(rounds):
        own = other = 0.0
        # Page by page in turns, and by processor time: other load on the machine slows both alike.
        for page, text in zip(pages, texts, strict=True):
            start = process_time()
            extract(page)
            middle = process_time()
            bare_extraction(text, with_metadata=True)
            own += middle - start
            other += process_time() - middle
        ratios.append(own / other)
        ours.append(1000 * own / len(pages))
        bare.append(1000 * other / len(pages))
    return statistics.median(ratios), statistics.median(ours), statistics.median(bare)


def side_by_side(pages: list[Page], jobs: int) -> float:
    """Return the pages per second that `jobs` child processes read from files."""
    with TemporaryDirectory() as folder_name:
        items = []
        for number, page in enumerate(pages):
            path = Path(folder_name) / f"{number}.html"
            path.write_bytes(page.body)
            items.append(Item(file=path.name, path=path, url=page.url, fetched_at=page.fetched_at))
        rows = read_many(items, jobs=jobs, rules_for=lambda _: (), now=NOW)
        # The start of the children is not part of the rate.
        next(rows)
        start = perf_counter()
        return sum(1 for _ in rows) / (perf_counter() - start)


def memory(pages: list[Page], count: int) -> list[int]:
    """Return the peak memory of this process, in MB, after each fifth of `count` pages."""
    peaks = []
    for number in range(1, count + 1):
        extract(pages[number % len(pages)])
        if number % (count // 5) == 0:
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    return peaks


def show_quality(pages: list[KeptPage], english: Path | None, cases: Path | None) -> None:
    """Print how well both read each set of pages."""
    sets = [*of_kept(pages), *of_layouts(), *([of_english(english)] if english else ())]
    print(HEAD, *(rows.row() for rows in sets), sep="\n")
    for tally in (of_lists(), of_boards(), *([of_cases(cases)] if cases else ())):
        print(f"{tally.name:9} right: {tally.ours} of {tally.pages}, bare {tally.bare}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--generated", type=int, default=200)
    parser.add_argument("--flat", type=int, default=10_000)
    parser.add_argument("--english", type=Path, default=os.environ.get("SILLOK_ENGLISH_PAGES"))
    parser.add_argument("--cases", type=Path, default=os.environ.get("SILLOK_READING_CASES"))
    arguments = parser.parse_args()
    versions = ", ".join(f"{name} {version(name)}" for name in ("trafilatura", "lxml"))
    python = f"Python {platform.python_version()}"
    print(f"{platform.machine()}, {os.cpu_count()} cores, {python}, {versions}")
    kept_pages = kept(folder())
    pages = [kept_page.page for kept_page in kept_pages]
    for name, chosen, rounds in (
        ("kept", pages, arguments.rounds),
        ("generated", list(generated(arguments.generated)), 1),
        ("crawl", list(of_crawls(arguments.generated)), 1),
    ):
        ours_to_bare, ours, bare = ratio(chosen, rounds)
        print(
            f"{name:9} {len(chosen):5} pages  ours {ours:6.2f} ms  bare {bare:6.2f} ms  "
            f"ratio {ours_to_bare:.2f}  (goal: at most {GOAL:.2f})"
        )
    print(f"--jobs 2  {side_by_side(pages * 20, 2):.0f} pages/s")
    peaks = memory(pages, arguments.flat)
    print(f"peak memory over {arguments.flat} pages, MB after each fifth: {peaks}")
    show_quality(kept_pages, arguments.english, arguments.cases)


if __name__ == "__main__":
    main()
