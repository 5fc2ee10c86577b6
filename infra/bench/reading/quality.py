"""Scores readings of damaged, English, invented and list pages, each beside bare Trafilatura.

Kept pages are read by the generic reader alone, as they are and damaged in each way; so is an
invented story in each family's layout. A reading
with an F1 below `BAD` should be doubtful or rejected: those that are count as flagged, and sound
readings that are doubtful all the same as alarms.
"""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from trafilatura import bare_extraction
from trafilatura.settings import Document

from infra.bench.reading.pages import DAMAGES, FETCHED, boards, damaged, list_pages
from infra.bench.reading.scores import UNKNOWN, KeptPage, bare, body_f1, score
from processing.inspection.kept_pages import Item, index_items
from processing.reading.extract import extract
from processing.reading.tree import decode
from processing.records import Article, Confidence, Kind, Page, Rejection
from processing.rules import GENERIC, Rules
from tests.processing.reading.layouts import LAYOUTS, URLS
from tests.processing.reading.stories import Story

BAD = 0.9
"""F1 below which a reading is bad."""
_LOST = 0.5
_GRAM = 4  # words


class Score(NamedTuple):
    """How well one page was read: F1 by ours and by bare Trafilatura, and what ours says of it."""

    ours: float
    bare: float
    title: bool = True
    time: bool = True
    flagged: bool = False


@dataclass(frozen=True, slots=True)
class SetScore:
    """The scores of a set of pages."""

    name: str
    pages: Sequence[Score]

    def row(self) -> str:
        """Return the row of the table: means, pages below one half, and bad readings flagged."""
        count = len(self.pages)
        bad = [page for page in self.pages if page.ours < BAD]
        alarms = sum(page.flagged for page in self.pages if page.ours >= BAD)
        ours, other = (sum(values) / count for values in zip(*self.values(), strict=True))
        lost, other_lost = (sum(map(_is_lost, side)) for side in zip(*self.values(), strict=True))
        title = sum(page.title for page in self.pages) / count
        time = sum(page.time for page in self.pages) / count
        return (
            f"{self.name:14} {count:5} {ours:7.4f} {lost:5} {title:6.1%} {time:6.1%} "
            f"{other:8.4f} {other_lost:5} {sum(page.flagged for page in bad):7} of {len(bad):<3}"
            f"{alarms:7}"
        )

    def values(self) -> list[tuple[float, float]]:
        """Return the pairs of F1."""
        return [(page.ours, page.bare) for page in self.pages]


HEAD = "set            pages      F1  lost  title   time  bare F1  lost  flagged bad  alarms"
"""The head of the table that `SetScore.row` gives the rows of."""


def _is_lost(f1: float) -> bool:
    return f1 < _LOST


def is_flagged(result: Article | Rejection) -> bool:
    """Return whether a reading is doubtful or none."""
    return not isinstance(result, Article) or result.reading_confidence is Confidence.DOUBTFUL


def bare_text(text: str) -> str:
    """Return the text that Trafilatura finds by itself, or ""."""
    document = bare_extraction(text, with_metadata=True)
    return document.text or "" if isinstance(document, Document) else ""


def of_kept(pages: Sequence[KeptPage]) -> Iterator[SetScore]:
    """Yield the scores of kept pages as they are, and damaged in each way."""
    texts = {page.item.file: text for page in pages if isinstance(text := decode(page.page), str)}
    sound = [page for page in pages if page.item.file in texts]
    yield SetScore("as kept", [_of_page(page.page, page.gold) for page in sound if _counts(page)])
    for name, damage in DAMAGES.items():
        scores = [
            # Seconds stand in meta elements alone: what is shown says the minute.
            _of_page(
                damaged(page.page, texts[page.item.file], damage),
                {**page.gold, "published_precision": _shown_precision(page.gold)},
            )
            for page in sound
            if _counts(page)
        ]
        yield SetScore(name, scores)


def of_layouts() -> Iterator[SetScore]:
    """Yield the scores of an invented story in each family's layout, as made and damaged."""
    story = Story()
    gold = {"file": "", "body": story.text, "title": story.title, "published_at": story.published}
    gold |= {"published_precision": "day"}
    pages = {
        name: Page(
            url=URLS.get(name, "https://www.handeul.test/news/7"),
            fetched_at=FETCHED,
            body=layout(story).encode(),
        )
        for name, layout in LAYOUTS.items()
    }
    yield SetScore("layouts", [_of_page(page, gold) for page in pages.values()])
    scores = [
        _of_page(damaged(page, page.body.decode(), damage), gold)
        for name, damage in DAMAGES.items()
        for layout, page in pages.items()
        # Where the text stands in JSON-LD alone, nothing of it is left without.
        if (name, layout) != ("no meta", "json_ld")
    ]
    yield SetScore("layouts, dam.", scores)


def _counts(page: KeptPage) -> bool:
    return page.gold.get("kind", "article") in {"article", "briefing", "press_release"}


def _shown_precision(gold: Mapping[str, Any]) -> str:
    precision = gold.get("published_precision") or "minute"
    return "minute" if precision == "second" else str(precision)


def _of_page(page: Page, gold: dict[str, Any]) -> Score:
    result = extract(page, GENERIC)
    own = score(gold, result)
    text = decode(page)
    other = body_f1(gold, bare_text(text)) if isinstance(text, str) else 0.0
    return Score(own.f1, other, own.title, own.time, is_flagged(result))


def of_english(folder: Path) -> SetScore:
    """Return the scores of English pages, by word 4-grams; whatever their language is.

    `folder` holds `index.jsonl` and `ground-truth.json`: by the page's name its `articleBody`.
    """
    truth = json.loads((folder / "ground-truth.json").read_text("utf-8"))
    scores = []
    for item in index_items(folder / "index.jsonl"):
        body = item.path.read_bytes()
        page = _page_of(item, gzip.decompress(body) if item.file.endswith(".gz") else body)
        wanted = truth[Path(item.file).name.partition(".")[0]]["articleBody"]
        result = extract(page, Rules(any_language=True))
        text, decoded = (result.text if isinstance(result, Article) else ""), decode(page)
        other = bare_text(decoded) if isinstance(decoded, str) else ""
        scores.append(
            Score(_words_f1(text, wanted), _words_f1(other, wanted), flagged=is_flagged(result))
        )
    return SetScore("English", scores)


def _page_of(item: Item, body: bytes) -> Page:
    return Page(url=item.url, fetched_at=item.fetched_at or UNKNOWN, body=body)


def _words_f1(text: str, wanted: str) -> float:
    ours, theirs = _word_grams(text), _word_grams(wanted)
    both = 2 * (ours & theirs).total()
    return both / (ours.total() + theirs.total()) if both else 0.0


def _word_grams(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    if len(words) < _GRAM:
        return Counter([tuple(words)] if words else [])
    return Counter(zip(*(words[start:] for start in range(_GRAM)), strict=False))


class RightCount(NamedTuple):
    """How many pages of a set are right, by ours and by bare Trafilatura."""

    name: str
    pages: int
    ours: int
    bare: int


def of_lists() -> RightCount:
    """Return how many list pages are rejected; bare Trafilatura rejects one by giving no text."""
    pages = list(list_pages())
    ours = sum(not isinstance(extract(page), Article) for page in pages)
    return RightCount(
        "lists", len(pages), ours, sum(not bare_text(page.body.decode()) for page in pages)
    )


def of_boards() -> RightCount:
    """Return how many press releases are right: title, text and kind; the text for Trafilatura."""
    pages = list(boards())
    ours = other = 0
    for board in pages:
        result = extract(board.page)
        ours += (
            isinstance(result, Article)
            and (result.title, result.text) == (board.title, board.text)
            and result.kind is Kind.PRESS_RELEASE
        )
        other += bare(bare_text(board.page.body.decode())) == bare(board.text)
    return RightCount("boards", len(pages), ours, other)


def of_cases(folder: Path) -> RightCount:
    """Return how many cases of a folder hold; for bare Trafilatura those of their texts alone.

    Beside each page `NN.html` of `index.jsonl` lies `NN.json`, whose `want` says what is right.
    """
    items = list(index_items(folder / "index.jsonl"))
    ours = other = 0
    for item in items:
        wanted = json.loads((folder / item.file).with_suffix(".json").read_text("utf-8"))["want"]
        page = _page_of(item, item.path.read_bytes())
        row = extract(page).model_dump(mode="json")
        row |= {"published": (row.get("published") or {}).get("at")}
        ours += all(_holds(name, value, row) for name, value in wanted.items())
        decoded = decode(page)
        text = {"text": bare_text(decoded) if isinstance(decoded, str) else ""}
        texts = {name: value for name, value in wanted.items() if name.startswith("text")}
        other += bool(texts) and all(_holds(name, value, text) for name, value in texts.items())
    return RightCount("cases", len(items), ours, other)


def _holds(name: str, wanted: Any, row: Mapping[str, Any]) -> bool:
    text = _flat(row.get("text"))
    parts = [_flat(part) for part in (wanted if isinstance(wanted, list) else [wanted])]
    if name in {"text_has", "text_not"}:
        return all((part in text) == (name == "text_has") for part in parts)
    if name == "authors":
        got = [(author["name"], author.get("email")) for author in row.get(name) or ()]
        named = [(one, None) if isinstance(one, str) else tuple(one) for one in wanted]
        return len(got) == len(named) and all(
            any(wanted_name == own and mail in {None, address} for own, address in got)
            for wanted_name, mail in named
        )
    if name == "published":
        return str(row.get(name) or "")[:16] == str(wanted or "")[:16]
    if name in {"captions", "subtitle"}:
        return [_flat(line) for line in row.get(name) or ()] == parts
    if name == "reason" and wanted is not None:
        return _flat(row.get(name)) in parts
    value = row.get(name)
    return _flat(value) == parts[0] if isinstance(wanted, str) else bool(value == wanted)


def _flat(text: object) -> str:
    return " ".join(str(text or "").split())
