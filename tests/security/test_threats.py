"""The threat table of docs/security.md names tests that exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "security.md"
_NAMED = re.compile(r"`(?P<file>tests/[\w/]+\.py)::(?P<test>test_\w+)`")


def threats() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return each threat of the table with the files and names of its tests."""
    table = DOCUMENT.read_text(encoding="utf-8").partition("| threat |")[2].partition("\n\n")[0]
    rows = [line.strip("|").split("|") for line in table.splitlines()[2:]]
    return [(cells[0].strip(), _NAMED.findall(cells[-1])) for cells in rows]


def missing(named: list[tuple[str, str]]) -> list[str]:
    """Return the tests that are not where they are said to be."""
    return [f"{file}::{test}" for file, test in named if test not in _tests_of(ROOT / file)]


def _tests_of(file: Path) -> set[str]:
    if not file.exists():
        return set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_each_threat_names_tests_that_exist() -> None:
    table = threats()
    assert len(table) > 20, "the table is not where it was"
    assert [threat for threat, named in table if not named] == [], "name a test: `file.py::test`"
    assert [(threat, gone) for threat, named in table if (gone := missing(named))] == []


def test_a_test_that_is_gone_is_seen() -> None:
    here = "tests/security/test_threats.py"
    named = [(here, "test_a_test_that_is_gone_is_seen"), (here, "test_no"), ("tests/no.py", "test")]
    assert missing(named) == [f"{here}::test_no", "tests/no.py::test"]
