"""The main job as a newcomer meets it: started, looked at, interrupted with Ctrl-C.

A real scheduler runs the real DAGs against the sample press and the embedded store, in a folder of its own. A start of
Airflow costs half a minute, so there is one; what needs another is in `test_run_interrupted.py`.
"""

import json
import re
import signal
import stat

import pytest

from infra.run import processes
from tests.infra.instances import Instance

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def first(instance: Instance) -> str:
    """What the first start said; it ended by itself."""
    code, said = instance.run("run")
    assert code == 0, said
    return said


def test_it_ends_with_a_table_and_says_how_to_look(first: str, instance: Instance) -> None:
    for name in ("dongnyeok", "duru", "gaon", "narae", "onsaem", "sollae", "all"):
        assert re.search(rf"^ *{name} ", first, re.MULTILINE), first
    for hint in ("sillok ls", "sillok show", "sillok query", "make up", "s3://sillok/archive"):
        assert hint in first
    assert (
        instance.folder.path.joinpath("report.html")
        .read_text()
        .lstrip()
        .lower()
        .startswith("<!doctype html")
    )


def test_everything_was_read_once(first: str, instance: Instance) -> None:
    assert first
    rows = instance.kept()
    assert {row["outlet"] for row in rows} == {
        "dongnyeok",
        "duru",
        "gaon",
        "narae",
        "onsaem",
        "sollae",
    }
    assert sum(row["articles"] for row in rows) >= 120
    assert all(row["versions"] == row["articles"] for row in rows), rows


def test_no_secret_is_in_a_log(first: str, instance: Instance) -> None:
    kept = json.loads((instance.folder.path / "secrets.json").read_text())
    kept["store"] = json.loads((instance.folder.path / "store" / "credentials.json").read_text())[
        "secret_key"
    ]
    logs = [
        first,
        *(file.read_text(errors="replace") for file in instance.folder.path.rglob("*.log")),
    ]
    assert len(logs) > 10
    assert not [name for name, secret in kept.items() if any(secret in log for log in logs)]


def test_credentials_are_for_the_owner_alone(first: str, instance: Instance) -> None:
    assert first
    for name in ("secrets.json", "login.json", "store/credentials.json"):
        assert stat.S_IMODE((instance.folder.path / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(instance.folder.path.stat().st_mode) == 0o700


def test_ctrl_c_ends_everything_at_once(first: str, instance: Instance) -> None:
    assert first
    process = instance.begin("run")
    assert process.stdout
    for line in process.stdout:
        if "starting Airflow" in line:
            break
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped; nothing is broken" in said
    assert "Traceback" not in said
    assert processes.alive(instance.folder) == {}


def test_up_without_a_contact_says_what_to_type(instance: Instance) -> None:
    code, said = instance.run("up")
    assert code == 2
    assert "make up SILLOK_CONTACT=" in said
    assert not (instance.var / "live" / "airflow").exists()
