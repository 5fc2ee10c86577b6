"""Every outlet reads a page in its layout; every kept page still says what was noted of it."""

import json
import os
from pathlib import Path

import pytest

from processing.reading.extract import extract
from processing.records import Article
from processing.rules import rules_at
from spiders.outlet import Outlet, identify
from spiders.outlets import outlets
from spiders.scouting.fixtures import Fixture, kept, noted
from tests.spiders import layouts

ROOT = Path(__file__).parents[1] / "outlets"
KEPT = list(kept(ROOT))


@pytest.mark.parametrize("outlet", list(outlets().values()), ids=lambda outlet: outlet.name)
def test_an_outlet_reads_its_layout(outlet: Outlet) -> None:
    article = layouts.read(outlet, layouts.page_of(outlet))
    assert isinstance(article, Article), article
    assert article.text == "\n\n".join(layouts.STORY)
    assert article.title == layouts.TITLE
    assert [author.name for author in article.authors] == [layouts.REPORTER]
    assert article.published
    assert article.published.at.isoformat() == layouts.PUBLISHED
    assert article.url == layouts.address(outlet).url
    assert article.publisher_id == layouts.address(outlet).key


@pytest.mark.parametrize(
    "page", KEPT, ids=lambda page: f"{page.page.outlet}-{page.path.name.partition('.')[0]}"
)
def test_a_kept_page_says_what_was_noted(page: Fixture) -> None:
    outlet = outlets()[page.page.outlet]
    found = identify(outlet, page.page.url)
    assert found
    rules = rules_at(outlet.rules, page.page.fetched_at)
    now = noted(extract(page.page, rules, url=found.url, publisher_id=found.key))
    if now != page.expected and os.environ.get("SILLOK_REWRITE"):
        path = page.path.with_name(page.path.name.removesuffix(".html.gz") + ".json")
        facts = json.loads(path.read_text()) | {"expected": now}
        path.write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
    assert now == page.expected, (
        "look at the page; if the new reading is right, run once with SILLOK_REWRITE=1"
    )


def test_each_family_has_a_kept_page() -> None:
    shown = {outlets()[page.page.outlet].family for page in KEPT}
    assert shown == {outlet.family for outlet in outlets().values()}


def test_no_page_is_kept_that_is_not_ours_to_keep() -> None:
    assert {page.made for page in KEPT} <= {"masked", "clear", "written"}
    for page in KEPT:
        assert (page.made == "written") == (
            layouts.REPORTER in page.page.body.decode("utf-8", "replace")
        )
