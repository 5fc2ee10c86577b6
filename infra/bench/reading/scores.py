"""Scores the reader on kept pages and writes the table into `docs/reading.md`.

    SILLOK_KEPT_PAGES=DIR python -m infra.bench.reading.scores [--worst N] [--check]

DIR holds `index.jsonl` (file, url, outlet host, fetched_at) and `gold/<file>.json`, the reading of
a page by a person. "Declared" reads each page with its outlet's rules, "left out" with the generic
reader alone, as if that outlet had no declaration. `--check` writes nothing and exits with 1 where
a goal is missed.

Bodies are compared by character 4-grams without white space. Dateline, deck and optional lines
count neither way. The method was published with the kept pages; this is a new implementation.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from os import environ
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from processing.errors import UsageError
from processing.inspection.kept_pages import Item, index_items
from processing.reading.extract import extract
from processing.records import Article, Page, Rejection
from processing.rules import GENERIC, Rules, rules_at
from spiders.outlets import outlets

VARIABLE = "SILLOK_KEPT_PAGES"
UNKNOWN = datetime(2026, 1, 1, tzinfo=UTC)
"""The time of fetching of a page whose index row has none."""

# Which of several quotation marks a text has says nothing about the reading.
_QUOTES = str.maketrans({**dict.fromkeys("“”„‟″＂", '"'), **dict.fromkeys("‘’‚‛′＇`´", "'")})
_PRECISION = {"day": 10, "minute": 16, "second": 19}
"""Characters of an ISO time that count, by the precision that the page gives."""
_MAIN = {"article", "briefing", "press_release"}
_PERFECT = 0.99
"""F1 from which on a body without leaks counts as perfect."""


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A kept page: its row of the index, its bytes, and the reading of a person."""

    item: Item
    page: Page
    gold: dict[str, Any]


def folder() -> Path:
    """Return the folder of kept pages; raise `UsageError` where the environment names none."""
    named = environ.get(VARIABLE)
    if not named or not (Path(named) / "index.jsonl").is_file():
        raise UsageError(
            f"set {VARIABLE} to a folder of kept pages (index.jsonl, gold/); it is {named!r}"
        )
    return Path(named)


def kept(root: Path) -> list[KeptPage]:
    """Return the kept pages of a folder, in the order of its index."""
    pages = []
    for item in index_items(root / "index.jsonl"):
        gold = json.loads((root / "gold" / f"{Path(item.file).stem}.json").read_text("utf-8"))
        page = Page(
            url=item.url,
            fetched_at=item.fetched_at or UNKNOWN,
            body=item.path.read_bytes(),
            outlet=item.outlet,
            charset=item.charset,
        )
        pages.append(KeptPage(item, page, gold))
    return pages


def declared(page: Page) -> Rules:
    """Return the rules that the page's outlet had at the time of fetching, else the generic ones.

    The outlet is the one that declares the host of the page's URL.
    """
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    for outlet in outlets().values():
        hosts = {name.removeprefix("www.") for name in outlet.allowed_hosts}
        if host in hosts:
            return rules_at(outlet.rules, page.fetched_at)
    return GENERIC


@dataclass(frozen=True, slots=True)
class PageScore:
    """The figures of one page."""

    file: str
    main: bool
    extractor: str
    script: bool
    f1: float
    leaks: tuple[str, ...]
    title: bool
    time: bool
    authors: bool
    lost: bool

    @property
    def facts(self) -> tuple[bool, bool, bool]:
        """Return whether title, time and authors are right."""
        return self.title, self.time, self.authors


@dataclass(frozen=True, slots=True)
class Total:
    """Means over the pages of one mode: one row of the table."""

    pages: int
    f1: float
    perfect: float
    leaky: int
    title: float
    time: float
    authors: float
    lost: int
    trafilatura: float


def bare(text: str | None) -> str:
    """Return `text` without white space, one spelling for all quotation marks."""
    return re.sub(r"[\s\u00a0\u200b]+", "", text or "").translate(_QUOTES)


def score(gold: dict[str, Any], result: Article | Rejection) -> PageScore:
    """Compare one reading with its gold."""
    article = result if isinstance(result, Article) else None
    text = article.text if article else ""
    squeezed = bare(text)
    names = {bare(author.name) for author in article.authors} if article else set()
    return PageScore(
        file=gold["file"],
        main=gold.get("kind", "article") in _MAIN,
        extractor=article.extractor if article else "",
        script=bool(gold.get("body_in_script")),
        f1=body_f1(gold, text),
        leaks=tuple(
            leak for leak in gold.get("leaks") or () if bare(leak) and bare(leak) in squeezed
        ),
        title=article is not None and bare(article.title) == bare(gold["title"]),
        time=_same_time(gold, article),
        authors=article is not None and names == {bare(name) for name in gold.get("authors") or ()},
        lost=not text,
    )


def total(scores: Sequence[PageScore]) -> Total:
    """Return the means over pages whose gold is an article.

    Photo and video pages only count for the extractor.
    """
    main = [page for page in scores if page.main]
    # Trafilatura reads HTML alone; a body that stands in a script is never its own.
    in_html = [page for page in scores if not page.script and not page.lost]
    return Total(
        pages=len(main),
        f1=_mean(page.f1 for page in main),
        perfect=_mean(page.f1 >= _PERFECT and not page.leaks for page in main),
        leaky=sum(bool(page.leaks) for page in main),
        title=_mean(page.title for page in main),
        time=_mean(page.time for page in main),
        authors=_mean(page.authors for page in main),
        lost=sum(page.lost for page in main),
        trafilatura=_mean(page.extractor == "trafilatura" for page in in_html),
    )


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0


def body_f1(gold: dict[str, Any], text: str) -> float:
    """Return the F1 of the body's character 4-grams, 0 to 1."""
    got, want = bare(text), bare(gold["body"])
    neutral = [
        gold.get("dateline"),
        gold.get("title"),
        *(gold.get("subtitle") or ()),
        *(gold.get("optional") or ()),
    ]
    for piece in filter(None, map(bare, neutral)):
        # Cut once from the side that has it more often, so that keeping or leaving it is the same.
        if got.count(piece) > want.count(piece):
            got = got.replace(piece, "", 1)
        elif piece in want and piece not in got:
            want = want.replace(piece, "", 1)
    if not got or not want:
        return float(got == want)
    ours, theirs = _grams(got), _grams(want)
    return 2 * sum((ours & theirs).values()) / (sum(ours.values()) + sum(theirs.values()))


def _grams(text: str) -> Counter[str]:
    return Counter(text[index : index + 4] for index in range(max(1, len(text) - 3)))


def _same_time(gold: dict[str, Any], article: Article | None) -> bool:
    stated = [gold.get("published_at"), *(gold.get("published_alt") or ())]
    wanted = [datetime.fromisoformat(text) for text in stated if text]
    if not wanted:
        return True
    # A page with a stated time and a reading without one is a miss, not a page without figures.
    if article is None or article.published is None:
        return False
    cut = _PRECISION[gold.get("published_precision") or "minute"]
    at = article.published.at
    # Compared in the zone of the gold: the same moment has another day elsewhere.
    return any(
        time.isoformat()[:cut] == at.astimezone(time.tzinfo).isoformat()[:cut] for time in wanted
    )


DOCUMENT = Path(__file__).parents[3] / "docs" / "reading.md"
# The page is written by hand around these marks; only the table between them is replaced.
BEGIN, END = "<!-- scores: begin -->", "<!-- scores: end -->"
GOAL = Total(
    pages=0,
    f1=0.990,
    perfect=0.90,
    leaky=1,
    title=1.0,
    time=1.0,
    authors=0.97,
    lost=0,
    trafilatura=0.9,
)


def scores(pages: list[KeptPage], *, with_rules: bool) -> list[PageScore]:
    """Read every page and score it."""
    return [
        score(
            kept_page.gold,
            extract(
                kept_page.page,
                declared(kept_page.page) if with_rules else GENERIC,
                url=kept_page.page.url,
            ),
        )
        for kept_page in pages
    ]


def table(modes: dict[str, Total]) -> str:
    """Return the score table as Markdown."""
    head = (
        "| rules | pages | F1 of the body | perfect | leaky | title | time | authors | lost "
        "| by Trafilatura |"
    )
    rows = [head, "|---|---|---|---|---|---|---|---|---|---|", _row("goal", GOAL)]
    rows.extend(_row(name, figures) for name, figures in modes.items())
    return "\n".join(rows)


def _row(name: str, of: Total) -> str:
    pages = of.pages or ""
    return (
        f"| {name} | {pages} | {of.f1:.4f} | {of.perfect:.1%} | {of.leaky} | {of.title:.1%} "
        f"| {of.time:.1%} | {of.authors:.1%} | {of.lost} | {of.trafilatura:.1%} |"
    )


def missed(of: Total) -> list[str]:
    """Return the names of the goals that these figures miss."""
    high = [
        name
        for name in ("f1", "perfect", "title", "time", "authors", "trafilatura")
        if getattr(of, name) < getattr(GOAL, name)
    ]
    return high + [name for name in ("leaky", "lost") if getattr(of, name) > getattr(GOAL, name)]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--worst", type=int, default=5)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    pages = kept(folder())
    modes = {
        "declared": scores(pages, with_rules=True),
        "left out": scores(pages, with_rules=False),
    }
    for name, of_mode in modes.items():
        for page in sorted(of_mode, key=lambda page: page.f1)[: arguments.worst]:
            marks = "".join(
                mark if good else "-" for mark, good in zip("TDA", page.facts, strict=True)
            )
            print(f"{name:9} {page.f1:.4f} {marks} leaks {len(page.leaks)} {page.file}")
    totals = {name: total(of_mode) for name, of_mode in modes.items()}
    print(table(totals))
    if arguments.check:
        return int(any(missed(of) for of in totals.values()))
    _write(table(totals))
    return 0


def _write(text: str) -> None:
    document = DOCUMENT.read_text("utf-8")
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
