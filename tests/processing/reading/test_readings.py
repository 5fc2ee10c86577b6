"""What is read from some hundreds of pages stays as it is, field by field, unless somebody means to change it.

`readings.json` has four short hashes per page: of the text, of what stands around it, of who and
when, and of how sure the reader is. `SILLOK_REWRITE=1` writes it anew where a reading changed on
purpose; which pages these are belongs into the message of that commit.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.bench.reading.pages import DAMAGES, boards, damaged, list_pages
from processing.reading.extract import extract
from processing.records import Article, Page, Rejection
from tests.processing.reading.layouts import LAYOUTS, URLS
from tests.processing.reading.mixed import mixed
from tests.processing.reading.stories import MOUNTAIN, SHIP, Story

KEPT = Path(__file__).with_name("readings.json")
FETCHED = datetime(2026, 3, 22, 3, 0, tzinfo=UTC)
MIXED = 240
FIELDS = {
    "text": ("text", "captions", "dropped", "extractor"),
    "around": ("title", "subtitle", "section", "kind", "chain", "notices", "details", "image", "rights", "origin", "language"),
    "who and when": ("authors", "agency", "dateline", "published", "modified", "sources"),
    "sure": ("reading_confidence", "reading_reasons"),
}  # fmt: skip


def pages() -> Iterator[tuple[str, Page]]:
    for seed in range(MIXED):
        yield f"mixed-{seed}", page(f"https://www.handeul.test/news/{seed}", mixed(seed))
    stories = {"short": Story(paragraphs=SHIP), "long": Story(paragraphs=(*MOUNTAIN, *SHIP))}
    for layout, make in LAYOUTS.items():
        url = URLS.get(layout, "https://www.handeul.test/news/articleView.html?idxno=7")
        for length, story in stories.items():
            text = make(story)
            yield f"{layout}-{length}", page(url, text)
            for name, damage in DAMAGES.items():
                yield f"{layout}-{length}-{name}", damaged(page(url, text), text, damage)
    for number, listed in enumerate(list_pages(20)):
        yield f"list-{number}", listed
    for number, board in enumerate(boards(20)):
        yield f"board-{number}", board.page


def page(url: str, text: str) -> Page:
    return Page(url=url, fetched_at=FETCHED, body=text.encode())


def hashes(record: Article | Rejection) -> str:
    """Return the four hashes of an article, or the reason and the hash of the evidence of a rejection."""
    if isinstance(record, Rejection):
        return f"{record.reason} {_hash(record.evidence)}"
    facts = record.model_dump(mode="json")
    return " ".join(_hash([facts[name] for name in names]) for names in FIELDS.values())


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()[:6]


@pytest.fixture(scope="module")
def now() -> dict[str, str]:
    return {name: hashes(extract(each)) for name, each in pages()}


def test_no_reading_changes_unmeant(now: dict[str, str]) -> None:
    if os.environ.get("SILLOK_REWRITE"):
        KEPT.write_text(json.dumps(now, indent=0) + "\n")
    known = json.loads(KEPT.read_text())
    changed = {
        name: f"{known.get(name)} became {read}"
        for name, read in now.items()
        if known.get(name) != read
    }
    assert not changed, (
        f"of each page {', '.join(FIELDS)}; look at them, then run with SILLOK_REWRITE=1"
    )
    assert set(known) == set(now)


def test_the_pages_reach_most_of_what_a_reading_can_be(now: dict[str, str]) -> None:
    """A set of pages that are all rejected, or all read alike, would guard nothing."""
    articles = [read for read in now.values() if len(read.split()) == len(FIELDS)]
    assert len(now) > 350
    assert len(articles) > 0.6 * len(now)
    for position in range(len(FIELDS) - 1):
        assert len({read.split()[position] for read in articles}) > 0.25 * len(articles)
