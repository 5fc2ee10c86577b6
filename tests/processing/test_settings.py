"""The environment of processing: defaults that need nothing, clear words for what is wrong, and no secret in them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from processing.errors import UsageError
from processing.settings import Settings, settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def untouched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Read the environment anew, and as if nothing were set."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SILLOK_{name.upper()}", raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_nothing_needs_to_be_set() -> None:
    assert settings().store == "file:var/archive"
    assert settings() is settings()
    assert not settings().single_writer


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SILLOK_STORE", "s3://annals/press")
    monkeypatch.setenv("SILLOK_SINGLE_WRITER", "true")
    monkeypatch.setenv("SILLOK_STORE_REGION", "")
    assert settings().store == "s3://annals/press"
    assert settings().single_writer
    assert settings().store_region == "us-east-1"  # empty is not set


def test_what_is_wrong_is_named_and_its_value_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SILLOK_FOLD_WINDOW_DAYS", "sesame")
    monkeypatch.setenv("SILLOK_STORE_ATTEMPTS", "0")
    with pytest.raises(
        UsageError, match=r"SILLOK_STORE_ATTEMPTS.*SILLOK_FOLD_WINDOW_DAYS"
    ) as caught:
        settings()
    assert "sesame" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_secrets_do_not_show() -> None:
    told = Settings(store_access_key="open", store_secret_key="sesame")
    assert "sesame" not in f"{told!r} {told} {told.model_dump()} {told.model_dump_json()}"


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        settings().store = "file:elsewhere"
    assert hash(settings()) == hash(Settings())


def test_every_setting_is_explained() -> None:
    explained = (ROOT / "infra" / ".env.example").read_text()
    missing = [name for name in Settings.model_fields if f"SILLOK_{name.upper()}" not in explained]
    assert missing == []
