"""docs/commands.md names every command and every option, and no other."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from spiders.cli import app

TEXT = (Path(__file__).parents[3] / "docs" / "commands.md").read_text()
SECTIONS = dict(re.findall(r"^### sillok (\w+)\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL))
GROUP = typer.main.get_command(app)
COMMANDS = {name: GROUP.get_command(None, name) for name in GROUP.list_commands(None)}  # type: ignore[attr-defined,arg-type]
EVERYWHERE = {"--help", "--json", "--store"}


def options(name: str) -> set[str]:
    return {
        option
        for parameter in COMMANDS[name].params
        for option in parameter.opts
        if option.startswith("--")
    }


def test_every_command_has_its_section() -> None:
    assert set(SECTIONS) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_named(name: str) -> None:
    for option in options(name) - EVERYWHERE:
        assert option in SECTIONS[name], option


@pytest.mark.parametrize("name", COMMANDS)
def test_no_option_is_invented(name: str) -> None:
    examples = [
        line.strip() for line in SECTIONS[name].splitlines() if line.startswith("    sillok ")
    ]
    assert examples
    for example in examples:
        words = shlex.split(example)
        assert words[1] == name
        given = {word for word in words if word.startswith("--")}
        assert given <= options(name) | EVERYWHERE, example


def test_every_exit_code_is_explained() -> None:
    assert re.findall(r"^\| (\d) \|", TEXT, re.MULTILINE) == ["0", "1", "2", "3", "4", "5"]
