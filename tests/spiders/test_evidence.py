"""The known addresses of outlets, and how declarations are judged by them."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.errors import DeclarationError
from spiders.evidence import (
    RECENT,
    AddressMatch,
    EvidenceState,
    KnownAddress,
    check_evidence,
    known_addresses,
    match_addresses,
    silent_sources,
)
from spiders.outlet import Feed, Listing, Sitemap
from spiders.outlets import outlets

HANI = outlets()["hani"]
TODAY = date(2026, 11, 28)
LINKS = (
    "https://www.hani.co.kr/arti/society/labor/761484.html",
    "https://www.hani.co.kr/arti/politics/assembly/761485.html",
    "https://www.hani.co.kr/arti/economy/finance/761486.html",
)
MADE = date(2026, 11, 28)
"""The day on which the table was filled last; the tests of its age do not follow the clock."""
WITHOUT = {"livein", "theindigo"}
"""Visited outlets of which public evidence has fewer than two addresses of the last two years."""


def seen(url: str, days: int | None = 10) -> KnownAddress:
    return KnownAddress(
        "hani", None if days is None else TODAY - timedelta(days=days), "owner/name", url
    )


def state(*addresses: KnownAddress) -> EvidenceState:
    return check_evidence(HANI, addresses, TODAY).state


def test_every_known_address_is_an_article_of_its_outlet_and_of_no_other() -> None:
    wrong = {
        name: match.unmatched
        for name, rows in known_addresses().items()
        if (match := match_addresses(outlets()[name], (row.url for row in rows))).unmatched
    }
    assert wrong == {}


def test_every_visited_outlet_is_proven_where_evidence_is_public() -> None:
    known = known_addresses()
    checks = [
        check_evidence(o, known.get(o.name, ()), MADE) for o in outlets().values() if not o.paused
    ]
    assert {check.outlet for check in checks if check.state is not EvidenceState.PROVEN} == WITHOUT


def test_no_address_is_kept_twice_and_each_says_where_it_was_seen() -> None:
    rows = [row for group in known_addresses().values() for row in group]
    assert len({(row.outlet, row.url) for row in rows}) == len(rows)
    assert all(":" in row.where or "/" in row.where for row in rows)
    assert all(row.seen is None or row.seen <= MADE for row in rows)


def test_addresses_are_counted_by_the_form_that_they_have() -> None:
    lawtimes = outlets()["lawtimes"]
    urls = (
        "https://www.lawtimes.co.kr/news/articleView.html?idxno=219842",
        "https://www.lawtimes.co.kr/news/196701",
        "https://www.lawtimes.co.kr/about",
    )
    match = match_addresses(lawtimes, urls)
    assert (match.current, match.older, match.unmatched) == (1, 1, (urls[2],))
    assert match.share == pytest.approx(2 / 3)
    assert match_addresses(lawtimes, ()) == AddressMatch()
    assert AddressMatch().share is None


def test_two_recent_addresses_prove_a_declaration() -> None:
    assert state() is EvidenceState.UNPROVEN
    assert state(seen(LINKS[0])) is EvidenceState.STALE
    assert state(seen(LINKS[0]), seen(LINKS[1])) is EvidenceState.PROVEN
    assert state(seen(LINKS[0]), seen(LINKS[1], None)) is EvidenceState.STALE


def test_the_age_of_an_address_counts_to_the_day() -> None:
    edge = RECENT.days
    assert state(seen(LINKS[0], edge), seen(LINKS[1], edge)) is EvidenceState.PROVEN
    assert state(seen(LINKS[0], edge + 1), seen(LINKS[1], edge)) is EvidenceState.STALE
    assert check_evidence(HANI, (seen(LINKS[0], 3), seen(LINKS[1], 90)), TODAY).age_days == 3


def test_a_declaration_is_dead_where_no_recent_address_is_an_article() -> None:
    moved = tuple(seen(f"https://www.hani.co.kr/story/{number}") for number in range(7))
    check = check_evidence(HANI, (*moved, seen(LINKS[0], 2000)), TODAY)
    assert (check.state, check.healthy) == (EvidenceState.DEAD, False)
    assert check.match.unmatched_count == 7
    assert len(check.match.unmatched) == 5
    assert check_evidence(replace(HANI, paused="closed"), moved, TODAY).healthy


def test_one_address_that_is_no_article_is_told() -> None:
    check = check_evidence(HANI, (*map(seen, LINKS), seen("https://www.hani.co.kr/story/1")), TODAY)
    assert (check.state, check.healthy) == (EvidenceState.UNMATCHED, False)


def test_a_source_that_answered_without_an_article_is_silent() -> None:
    feed, pages = (
        Feed("https://www.hani.co.kr/rss/"),
        Listing("https://www.hani.co.kr/list?page={page}", pages=2),
    )
    outlet = replace(HANI, sources=(feed, pages))
    assert silent_sources(outlet, {}) == ()
    assert silent_sources(outlet, {feed.url: 0}) == (feed.url,)
    assert silent_sources(outlet, {feed.url: 3}) == ()
    shown = {"https://www.hani.co.kr/list?page=1": 0, "https://www.hani.co.kr/list?page=2": 0}
    assert silent_sources(outlet, shown) == (pages.url,)
    assert silent_sources(outlet, shown | {"https://www.hani.co.kr/list?page=2": 1}) == ()
    check = check_evidence(HANI, (seen(LINKS[0]), seen(LINKS[1])), TODAY, (feed.url,))
    assert not check.healthy


def test_a_sitemap_index_speaks_through_its_children() -> None:
    index = Sitemap("https://www.hani.co.kr/sitemap.xml")
    outlet = replace(HANI, sources=(index,))
    assert silent_sources(outlet, {index.url: 0}) == (index.url,)
    assert (
        silent_sources(outlet, {index.url: 0, "https://www.hani.co.kr/sitemap-2026-11.xml": 4})
        == ()
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("hani\t2026-11-01\towner/name", "a tab between each"),
        ("hani\t2026-13-01\towner/name\thttps://www.hani.co.kr/", "YYYY-MM-DD"),
        ("hani\t\towner/name\tjavascript:alert(1)", "a web address"),
        ("\t\towner/name\thttps://www.hani.co.kr/", "outlet"),
    ],
)
def test_a_wrong_line_of_the_table_is_named(tmp_path: Path, line: str, told: str) -> None:
    table = tmp_path / "addresses.tsv"
    table.write_text(f"# a comment\n{line}\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match=told) as caught:
        known_addresses(table)
    assert "addresses.tsv:2" in str(caught.value)


@given(st.lists(st.text(max_size=60), max_size=20))
def test_any_text_can_be_judged(urls: list[str]) -> None:
    match = match_addresses(HANI, urls)
    assert match.total == len(urls)
    assert len(match.unmatched) <= 5
