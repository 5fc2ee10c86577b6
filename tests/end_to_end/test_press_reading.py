"""Every page of the sample press, read straight from its bytes: with its outlet's rules, and with none."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest

from infra.press.facts import expected_traps, facts
from infra.press.press import Press
from infra.press.state import PressState
from processing.dates import SEOUL
from processing.reading.extract import extract
from processing.records import Article, Page, Rejection
from processing.rules import GENERIC, rules_at
from spiders.outlets import outlets

NOW = datetime(2026, 11, 22, 17, 0, tzinfo=SEOUL)
LATER = NOW + timedelta(minutes=5)
PORT = 8801


@pytest.fixture(scope="module")
def press(tmp_path_factory):
    return Press(PressState(tmp_path_factory.mktemp("press"), NOW), PORT)


@pytest.fixture(scope="module")
def declared():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SILLOK_PRESS", str(PORT))
        outlets.cache_clear()
        yield outlets()
    outlets.cache_clear()


def read(press, url, rules=GENERIC):
    parts = urlsplit(url)
    site = press.site(parts.netloc)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    resource = press.served(site, 0)[path]
    headers = tuple({"Content-Type": resource.content_type, **resource.headers}.items())
    page = Page(url=url, fetched_at=LATER, body=resource.body, outlet=site.name, headers=headers)
    return extract(page, rules, url=url)


def rules_of(declared, url):
    return rules_at(declared[urlsplit(url).netloc.partition(".")[0]].rules, LATER)


def differing(press, rules_for, found, expected):
    pairs = [(one, read(press, one.url, rules_for(one.url))) for one in facts(press, 0)]
    rejected = {one.id: record.reason for one, record in pairs if isinstance(record, Rejection)}
    assert rejected == {}
    return {one.id: found(record) for one, record in pairs if found(record) != expected(one)}


@pytest.mark.parametrize("known", [True, False], ids=["with its rules", "with no rules"])
def test_every_text_and_title_is_exact(press, declared, known):
    def rules_for(url):
        return rules_of(declared, url) if known else GENERIC

    wrong = differing(
        press, rules_for, lambda it: (it.title, it.text), lambda one: (one.title, one.text)
    )
    assert wrong == {}


def test_bylines_times_and_kinds_need_no_rules(press):
    def found(article):
        return [one.name for one in article.authors], article.published.at, article.kind.value

    assert (
        differing(
            press,
            lambda _: GENERIC,
            found,
            lambda one: (list(one.authors), one.published, one.kind),
        )
        == {}
    )


def test_every_trap_is_told_without_rules(press):
    traps = {url: trap.reason for url, trap in expected_traps(press).items() if trap.reason}
    records = {url: read(press, url) for url in traps}
    assert not [url for url, record in records.items() if isinstance(record, Article)]
    assert {url: record.reason for url, record in records.items()} == traps
