"""The blocks of docs/reading-the-archive.md run on an archive, so that a reader may copy them."""

import re
import shlex
from pathlib import Path

import pytest

from tests.spiders.console.annals import FIRST, PAGE, RESERVED

DOCUMENT = Path(__file__).parents[3] / "docs" / "reading-the-archive.md"
ALL = re.findall(r"^```(sh|python)\n(.*?)^```", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
TOLD = {
    "pandas": "hanbit    1",
    "polars": "flash",
    "duckdb": "[{'outlet': 'gaon', 'original': 'hanbit', 'reprints': 1}]",
    "pyarrow": "4\n",
    "warcio": f"{RESERVED.url} {len(PAGE)}",
}


pytestmark = pytest.mark.usefixtures("archive", "in_its_place")


@pytest.fixture
def in_its_place(tmp_path: Path, monkeypatch) -> None:
    """Put the archive where the document says it is."""
    (tmp_path / "var").mkdir()
    (tmp_path / "archive").rename(tmp_path / "var" / "archive")
    monkeypatch.delenv("SILLOK_STORE")


@pytest.mark.parametrize("block", [block for kind, block in ALL if kind == "python"])
def test_a_block_of_python_runs(block: str, capsys) -> None:
    library = next(name for name in TOLD if f"import {name}" in block or f"from {name}" in block)
    exec(compile(block, str(DOCUMENT), "exec"), {})  # noqa: S102 - our own document
    assert TOLD[library] in capsys.readouterr().out


@pytest.mark.parametrize(
    "line", [line for kind, block in ALL if kind == "sh" for line in block.splitlines()]
)
def test_a_command_runs(line: str, sillok) -> None:
    command, _, _ = line.partition(" > ")
    words = [
        RESERVED.article_id if word == FIRST.article_id and "--raw" in line else word
        for word in shlex.split(command)
    ]
    assert words[0] == "sillok"
    done = sillok(*words[1:])
    assert done.code == 0, done.err
    assert done.raw or words[1] == "export"


def test_every_block_is_known() -> None:
    assert len(ALL) == 7
    assert len([kind for kind, _ in ALL if kind == "python"]) == len(TOLD)
