"""`sillok outlets --check`: declarations against known addresses, and against what polls brought."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from processing.records import RunReport
from processing.settings import settings
from spiders import evidence
from spiders.evidence import KnownAddress
from spiders.outlet import Feed
from spiders.outlets import outlets
from tests.spiders.console import annals
from tests.spiders.console.annals import DAILY

NOW = datetime(2026, 3, 10, tzinfo=UTC)
LINKS = (
    "https://www.hani.co.kr/arti/society/labor/761484.html",
    "https://www.hani.co.kr/arti/politics/x/761485.html",
)


@pytest.fixture(autouse=True)
def _one_outlet(monkeypatch: pytest.MonkeyPatch) -> None:
    feed = Feed(f"http://{DAILY}.press.test/rss")
    known = {DAILY: replace(outlets()["hani"], name=DAILY, sources=(feed,))}
    monkeypatch.setattr("spiders.outlets.outlets", lambda: known)
    monkeypatch.setattr("spiders.console.outlets.declared", lambda: known)
    monkeypatch.setattr("spiders.console.outlets.now", lambda: NOW)


def addresses(monkeypatch: pytest.MonkeyPatch, *urls: str) -> None:
    rows = tuple(KnownAddress(DAILY, date(2026, 2, 1), "owner/name", url) for url in urls)
    monkeypatch.setattr(evidence, "known_addresses", lambda: {DAILY: rows})


def rows(done) -> dict:
    (row,) = [json.loads(line) for line in done.lines]
    return row


def test_a_proven_outlet_ends_well(sillok, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses(monkeypatch, *LINKS)
    done = sillok("outlets", "--check", "--json")
    row = rows(done)
    assert (done.code, row["state"], row["healthy"], row["recent"]) == (0, "proven", True, 2)
    assert (row["newest"], row["age"], row["silent"]) == ("2026-02-01", 37, [])
    assert "holds no run report" in done.err
    assert (
        sillok("outlets", "--check")
        .lines[0]
        .startswith(f"{DAILY}\tproven\t2\t2\t2\t2026-02-01\t37")
    )


def test_what_is_not_known_is_not_called_proven(sillok, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses(monkeypatch)
    done = sillok("outlets", "--check", "--json")
    assert (done.code, rows(done)["state"]) == (0, "unproven")
    assert "1 without two addresses" in done.err


def test_a_moved_outlet_is_unhealthy(sillok, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses(monkeypatch, "https://www.hani.co.kr/story/1")
    done = sillok("outlets", "--check", "--json")
    row = rows(done)
    assert (done.code, row["state"], row["healthy"]) == (3, "dead", False)
    assert row["unmatched"] == ["https://www.hani.co.kr/story/1"]


@pytest.mark.parametrize(("links", "code"), [(0, 3), (4, 0)])
def test_a_source_that_named_no_article_in_four_weeks_is_unhealthy(
    sillok, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: int, code: int
) -> None:
    addresses(monkeypatch, *LINKS)
    plain = annals.run_report

    def reported(outlet: str, pages: int, rejections: dict[str, int]) -> RunReport:
        made = plain(outlet, pages, rejections)
        (source,) = made.sources
        named = source.model_validate(
            source.model_dump() | {"links": links if outlet == DAILY else 2}
        )
        return RunReport.model_validate(made.model_dump() | {"sources": (named,)})

    monkeypatch.setattr(annals, "run_report", reported)
    monkeypatch.setenv("SILLOK_STORE", annals.build(tmp_path).url)
    settings.cache_clear()
    done = sillok("outlets", "--check", "--json")
    assert (done.code, rows(done)["silent"]) == (
        code,
        [f"http://{DAILY}.press.test/rss"] if code else [],
    )
    assert rows(sillok("outlets", "--check", "--json", "--outlet", DAILY))["outlet"] == DAILY


def test_an_unknown_outlet_is_a_usage_error(sillok) -> None:
    done = sillok("outlets", "--check", "--outlet", "nobody")
    assert (done.code, done.out) == (2, "")
    assert "sillok outlets" in done.err
