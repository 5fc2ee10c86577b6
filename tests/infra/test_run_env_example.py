"""The list of variables: each that the code reads has a sentence, and each that is listed is read."""

import re
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from infra.run.folders import ROOT
from processing.settings import Settings
from spiders.settings import Environment

EXAMPLE = (ROOT / "infra" / ".env.example").read_text()
LISTED = dict(re.findall(r"^(SILLOK_[A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))


@pytest.mark.parametrize("settings", [Settings, Environment])
def test_every_setting_is_listed_with_its_default(settings: type[BaseSettings]) -> None:
    for name, field in settings.model_fields.items():
        variable = f"SILLOK_{name.upper()}"
        assert variable in LISTED
        shown = LISTED[variable]
        default = field.get_default(call_default_factory=True)
        if isinstance(default, bool):
            assert shown in {str(default).lower(), str(int(default))}
        elif default in (None, ""):
            assert shown == ""
        elif isinstance(default, float):
            assert float(shown) == default
        else:
            assert shown == str(default)


def test_every_listed_variable_is_read_somewhere() -> None:
    fields = {
        f"SILLOK_{name.upper()}"
        for settings in (Settings, Environment)
        for name in settings.model_fields
    }
    places = [*ROOT.glob("Makefile"), *ROOT.glob(".ci/*")]
    places += [
        file
        for room in ("spiders", "processing", "dags", "infra", "tests")
        for file in (ROOT / room).rglob("*.py")
    ]
    code = "\n".join(file.read_text() for file in places if file != Path(__file__))
    assert [name for name in LISTED if name not in fields and name not in code] == []


def test_each_has_a_sentence_before_it() -> None:
    lines = EXAMPLE.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("SILLOK_"):
            assert lines[number - 1].startswith(("#", "SILLOK_STORE_ACCESS_KEY"))


def test_no_default_is_a_secret() -> None:
    assert not [
        name for name, value in LISTED.items() if value and ("KEY" in name or "SECRET" in name)
    ]
