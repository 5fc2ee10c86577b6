"""No parser raises, whatever it is given; `make test-all` gives each 2,000 documents and more, 50,000 in all."""

import shutil
import sys
from pathlib import Path

import pytest

from processing.errors import SillokError
from tests.security.mutations import mutated
from tests.security.parsers import PARSERS, Parser

FEW = 120
"""Documents a parser in `make test`."""


def run(parser: Parser, numbers: range, folder: Path) -> int:
    """Give a parser its documents; return how many passed its first check. What it may raise is SillokError alone."""
    passed = 0
    for number in numbers:
        document = mutated(parser.seeds, parser.mutation, number)
        place = folder / "here"
        place.mkdir()
        try:
            passed += bool(parser.parse(document, place))
        except SillokError as error:
            if "\n" in str(error):
                raise AssertionError(
                    f"{parser.name} {number}: more than one line: {error}"
                ) from error
        except Exception as error:
            (folder.parent / f"{parser.name}-{number}").write_bytes(document)
            raise AssertionError(f"{parser.name}, document {number}: {error!r}") from error
        shutil.rmtree(place)
    return passed


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_the_seeds_pass(parser: Parser, tmp_path: Path) -> None:
    for number, seed in enumerate(parser.seeds):
        place = tmp_path / str(number)
        place.mkdir()
        assert parser.parse(seed, place), f"{parser.name}: seed {number} is not read"


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_a_few_damaged_documents_raise_nothing(parser: Parser, tmp_path: Path) -> None:
    run(parser, range(FEW), tmp_path)


@pytest.mark.full
@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_damaged_documents_raise_nothing(
    parser: Parser, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    passed = run(parser, range(FEW, FEW + parser.inputs), tmp_path)
    share = passed / parser.inputs
    with capsys.disabled():
        sys.stdout.write(
            f"\n  {parser.name}: {parser.inputs} documents, {share:.0%} passed the first check "
        )
    assert share > parser.least, f"{share:.0%} pass the first check: the damage never comes deep"


def test_there_are_fifty_thousand() -> None:
    assert sum(parser.inputs for parser in PARSERS) >= 50_000
    assert min(parser.inputs for parser in PARSERS) >= 2_000
