"""docs/outlets.md is made from the declarations and is current."""

import re
from dataclasses import replace
from pathlib import Path

from spiders.console.outlets import markdown, outlet_table
from spiders.outlets import outlets

DOCUMENT = Path(__file__).parents[3] / "docs" / "outlets.md"
HANI = outlets()["hani"]


def test_the_document_is_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == outlet_table(), (
        "run: sillok outlets --table > docs/outlets.md"
    )


def test_each_outlet_has_one_row_in_order() -> None:
    names = re.findall(r"^\| \[(\w+)\]", outlet_table(), re.MULTILINE)
    assert names == sorted(outlets())


def test_only_what_a_person_confirmed_is_called_confirmed() -> None:
    assert "confirmed by `scrapy look` on 2026-11-20 |" in markdown(
        [replace(HANI, confirmed="2026-11-20")]
    )
    unconfirmed = markdown([HANI])
    assert "not yet confirmed |" in unconfirmed
    assert "0 confirmed" in unconfirmed
    stated = [outlet.confirmed for outlet in outlets().values() if outlet.confirmed]
    assert outlet_table().count("| confirmed by `scrapy look`") == len(stated)


def test_a_pause_shows_its_reason_and_caveats_are_told() -> None:
    table = markdown(
        [replace(HANI, paused="robots.txt disallows everything", caveats=("A thing to know.",))]
    )
    assert "| paused: robots.txt disallows everything |" in table
    assert "* **한겨레** (`hani`): A thing to know." in table
    assert "1 outlets, 1 of them paused" in table


def test_an_exception_from_verifying_certificates_is_told() -> None:
    excused = "unverified: chain lacks an intermediate, checked 2026-11-20"
    assert f"| not yet confirmed; {excused} |" in markdown([replace(HANI, tls=excused)])


def test_a_bar_does_not_break_the_table() -> None:
    table = markdown([replace(HANI, evidence="a | b")])
    row = next(line for line in table.splitlines() if line.startswith("| [hani]"))
    assert row.count(" | ") == 8


def test_each_family_is_explained() -> None:
    explained = re.findall(r"^\* `(\w+)`: \S", outlet_table(), re.MULTILINE)
    assert set(explained) == {outlet.family for outlet in outlets().values()}


def test_a_candidate_is_no_outlet_and_is_listed() -> None:
    candidates = outlet_table().partition("## Candidates")[2]
    domains = re.findall(r"^\| [^|]+ \| (\S+) \| \d+ \|$", candidates, re.MULTILINE)
    assert len(domains) > 50
    asked = {host for outlet in outlets().values() for host in outlet.allowed_hosts}
    assert not asked & {domain.partition("/")[0] for domain in domains}
