"""Children that read pages: what kills or stops them costs one page."""

import os
import time
from datetime import UTC, datetime

import pytest

from processing.errors import UsageError
from processing.inspection.kept_pages import PageLimits, Sandbox, Task
from processing.records import Article, Page, Reason
from processing.rules import Rules
from tests.processing.reading.layouts import LAYOUTS
from tests.processing.reading.stories import Story

FETCHED = datetime(2026, 3, 22, 3, 0, tzinfo=UTC)
PAGE = Page(
    url="https://www.handeul.test/news/7",
    fetched_at=FETCHED,
    body=LAYOUTS["ndsoft"](Story()).encode(),
)


def hang(text: str) -> str:
    time.sleep(3600)
    return text


def die(_: str) -> str:
    os._exit(9)


def devour(_: str) -> str:
    return "가" * 4_000_000_000


def fail(_: str) -> str:
    raise KeyError("no such thing")


@pytest.fixture(scope="module")
def sandbox():
    box = Sandbox(PageLimits(seconds=2, memory=3_000_000_000))
    assert isinstance(box.read(Task(PAGE)), Article)
    yield box
    box.close()


@pytest.mark.parametrize(
    ("prepare", "evidence"),
    [(hang, "more than 2 s"), (die, "died"), (devour, "memory"), (fail, "KeyError")],
)
def test_a_page_that_stops_its_reader_is_rejected_and_the_next_is_read(sandbox, prepare, evidence):
    rejection = sandbox.read(
        Task(PAGE, (Rules(prepare=prepare),), url="https://www.handeul.test/7")
    )
    assert (rejection.reason, rejection.url) == (Reason.UNREADABLE, "https://www.handeul.test/7")
    assert evidence in rejection.evidence
    assert sandbox.read(Task(PAGE)).text == Story().text


def test_a_wrong_selector_is_the_callers_error(sandbox):
    with pytest.raises(UsageError, match="no CSS selector"):
        sandbox.read(Task(PAGE, (Rules(body="div[["),)))


def test_the_layout_of_the_fetch_is_chosen(sandbox):
    old = Rules(until=datetime(2026, 1, 1, tzinfo=UTC).date(), title="h1.none")
    assert sandbox.read(Task(PAGE, (old, Rules()), publisher_id="7")).publisher_id == "7"
