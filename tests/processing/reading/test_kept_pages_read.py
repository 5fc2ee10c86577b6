"""Real pages that a careful person read, where `SILLOK_KEPT_PAGES` names them: the goals, in both modes."""

from os import environ
from pathlib import Path

import pytest

from infra.bench.reading.scores import declared, kept, missed, scores, total
from processing.reading.extract import extract
from processing.reading.lines import sort_of
from processing.reading.text import clean
from processing.records import Article

pytestmark = pytest.mark.skipif(
    not environ.get("SILLOK_KEPT_PAGES"), reason="SILLOK_KEPT_PAGES names no folder of kept pages"
)


@pytest.fixture(scope="module")
def pages():
    return kept(Path(environ["SILLOK_KEPT_PAGES"]))


@pytest.mark.parametrize("with_rules", [True, False], ids=["declared", "left out"])
def test_the_goals_are_met(pages, with_rules):
    assert missed(total(scores(pages, with_rules=with_rules))) == []


def test_no_rule_cuts_into_running_text(pages):
    for one in pages:
        paragraphs = [text for text in one.gold["body"].split("\n\n") if text]
        assert [text for text in paragraphs if sort_of(text)] == [], one.item.file
        assert [text for text in paragraphs if text not in clean(paragraphs).paragraphs] == [], (
            one.item.file
        )


def test_reading_twice_gives_the_same_record(pages):
    for one in pages:
        rules = declared(one.page)
        assert extract(one.page, rules) == extract(one.page, rules), one.item.file


def test_every_article_says_where_its_fields_were_read(pages):
    for one in pages:
        article = extract(one.page)
        assert isinstance(article, Article), one.item.file
        assert {"text", "title", "published"} <= set(article.sources), one.item.file
