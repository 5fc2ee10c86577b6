"""What a shell sees of `sillok`: help, codes, one clear line, and nothing loaded in vain."""

import errno
import os
import signal
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from processing import errors
from spiders.cli import COMMANDS, app, exit_code

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, sillok) -> None:
    done = sillok(name, "--help")
    assert done.code == 0
    assert done.lines[1].split()[:3] == ["Usage:", "sillok", name]
    assert "--json" in done.out or name in {"read", "fold"}  # these two write JSON lines anyway


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.StoreUnavailableError("away"), 1),
        (errors.StoreFullError("full"), 1),
        (errors.UsageError("wrong"), 2),
        (errors.MissingError("gone"), 2),
        (OSError(errno.ENOSPC, "no space"), 1),
        (FileNotFoundError(errno.ENOENT, "no such file"), 2),
    ],
)
def test_an_error_is_one_line_and_its_code(
    error: Exception, code: int, monkeypatch, sillok
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("processing.store.opening.open_store", fail)
    done = sillok("ls")
    assert done.code == code == exit_code(error)
    assert done.err.splitlines() == [f"sillok ls: {error}"]
    assert done.out == ""


def test_an_error_message_cannot_act_on_the_terminal(sillok) -> None:
    done = sillok("ls", "--day", "\x1b]0;x\x07gestern")
    assert done.code == 2
    assert "\x1b" not in done.err
    assert "'gestern' is no day" in done.err or "gestern" in done.err


def test_it_says_which_version_it_is(sillok) -> None:
    done = sillok("--version")
    assert (done.code, done.out) == (0, f"sillok {version('sillok')}\n")


def test_control_c_is_four(monkeypatch, sillok) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("processing.store.opening.open_store", stop)
    assert sillok("ls").code == 4


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["ls", "--nonsense"], ["ls", "--limit", "0"], ["show"]]
)
def test_wrong_usage_is_two(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 2


@pytest.mark.usefixtures("archive")
def test_a_reader_that_leaves_is_no_error() -> None:
    script = "import sys; sys.argv = ['sillok', 'query', 'select * from range(200000)']; from spiders.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        errors_written = process.stderr.read()
        assert (process.wait(), errors_written) == (0, b"")


def test_help_loads_nothing_heavy() -> None:
    heavy = (
        "duckdb",
        "pyarrow",
        "scrapy",
        "trafilatura",
        "boto3",
        "numpy",
        "lxml",
        "processing.settings",
    )
    script = (
        "import sys; from typer.testing import CliRunner; from spiders.cli import app;"
        " assert CliRunner().invoke(app, ['--help']).exit_code == 0;"
        f" print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_where_nothing_has_landed_no_outlet_is_loaded_and_no_record_built(tmp_path: Path) -> None:
    script = (
        "import sys; from typer.testing import CliRunner; from spiders.cli import app;"
        " from processing.records import Article;"
        " assert CliRunner().invoke(app, ['archive']).exit_code == 0;"
        " print([name for name in sys.modules if name.startswith('spiders.outlets.')],"
        " Article.__pydantic_complete__)"
    )
    places = {f"SILLOK_{name}": str(tmp_path / name) for name in ("CACHE", "HEADS", "SPOOL")}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, **places, "SILLOK_STORE": f"file:{tmp_path / 'archive'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[] False"


def test_an_empty_archive_says_what_to_do(sillok) -> None:
    done = sillok("ls")
    assert done.code == 2
    assert "sillok archive" in done.err


@pytest.mark.parametrize(
    "error", [RuntimeError("in whatever words"), duckdb.InterruptException("stopped")]
)
def test_control_c_in_a_query_that_computes_is_four(error: Exception, monkeypatch, sillok) -> None:
    def interrupted(*_: object, **__: object) -> None:
        # DuckDB swallows the KeyboardInterrupt of the handler and raises an error of its own.
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        raise error

    monkeypatch.setattr("processing.lookup.sql._rows", interrupted)
    done = sillok("query", "SELECT 1")
    assert (done.code, done.err) == (4, "interrupted\n")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_other_faults_of_ours_are_not_hidden(monkeypatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug that was interrupted")

    monkeypatch.setattr("processing.lookup.sql._rows", broken)
    done = CliRunner().invoke(app, ["query", "SELECT 1"])
    assert isinstance(done.exception, RuntimeError)
