"""The set-up of the environment: what makes it stale, what it hands to uv, what it says where Python is missing."""

import json
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from infra import bootstrap

ROOT = Path(bootstrap.__file__).parent.parent


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A checkout that holds only what the digests are taken of."""
    lists = tmp_path / "infra" / "lock"
    lists.mkdir(parents=True)
    for kind in ("uv", "run", "test", "bench", "spark"):
        (lists / f"{kind}.txt").write_text(f"{kind}==1 \\\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    return tmp_path


@pytest.fixture
def steps(tree: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """The installations that were asked for, with whether each began from nothing."""
    done: list[tuple[str, bool]] = []

    def install(venv: Path, kind: str, *, fresh: bool) -> None:
        (venv / "bin").mkdir(parents=True, exist_ok=True)
        python = venv / "bin" / "python"
        python.unlink(missing_ok=True)
        python.symlink_to(sys.executable)
        done.append((kind, fresh))

    monkeypatch.setattr(bootstrap, "ROOT", tree)
    monkeypatch.setattr(bootstrap, "install", install)
    return done


def test_a_ready_environment_is_left_alone(steps: list[tuple[str, bool]]) -> None:
    bootstrap.ensure("run")
    bootstrap.ensure("run")
    assert steps == [("run", True)]


def test_the_test_environment_also_runs(steps: list[tuple[str, bool]]) -> None:
    bootstrap.ensure("test")
    bootstrap.ensure("run")
    assert steps == [("test", True)]


def test_more_is_added_to_what_is_there(steps: list[tuple[str, bool]]) -> None:
    bootstrap.ensure("run")
    bootstrap.ensure("test")
    assert steps == [("run", True), ("test", False)]


def test_what_benches_need_takes_nothing_away(steps: list[tuple[str, bool]]) -> None:
    for kind in ("test", "bench", "test", "run", "bench"):
        bootstrap.ensure(kind)
    assert steps == [("test", True), ("bench", False)]


@pytest.mark.parametrize("changed", ["infra/lock/run.txt", "infra/lock/uv.txt", "pyproject.toml"])
def test_a_changed_list_is_installed_again(
    steps: list[tuple[str, bool]], tree: Path, changed: str
) -> None:
    bootstrap.ensure("run")
    (tree / changed).write_text("changed")
    bootstrap.ensure("run")
    assert steps == [("run", True), ("run", False)]


def test_a_half_made_environment_is_made_anew(steps: list[tuple[str, bool]], tree: Path) -> None:
    bootstrap.ensure("run")
    (tree / ".venv" / "sillok.json").unlink()
    bootstrap.ensure("run")
    assert steps == [("run", True), ("run", True)]


def test_an_interrupted_installation_leaves_no_stamp(
    steps: list[tuple[str, bool]], tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.ensure("run")
    monkeypatch.setattr(bootstrap, "install", Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        bootstrap.ensure("test")
    assert bootstrap.read_stamp(tree / ".venv") == {}
    assert steps == [("run", True)]


@pytest.mark.parametrize("broken", ["", "{", "[]x"])
def test_a_broken_stamp_counts_as_none(
    steps: list[tuple[str, bool]], tree: Path, broken: str
) -> None:
    bootstrap.ensure("run")
    (tree / ".venv" / "sillok.json").write_text(broken)
    assert bootstrap.read_stamp(tree / ".venv") == {}
    assert len(steps) == 1


def test_a_moved_checkout_is_made_anew(steps: list[tuple[str, bool]], tree: Path) -> None:
    bootstrap.ensure("run")
    stamp = tree / ".venv" / "sillok.json"
    stamp.write_text(json.dumps({**json.loads(stamp.read_text()), "place": "/elsewhere"}))
    bootstrap.ensure("run")
    assert steps == [("run", True), ("run", True)]


def test_a_dead_interpreter_is_replaced(steps: list[tuple[str, bool]], tree: Path) -> None:
    bootstrap.ensure("run")
    python = tree / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/bin/false")
    bootstrap.ensure("run")
    assert steps == [("run", True), ("run", True)]


def test_what_pip_knows_is_handed_to_uv() -> None:
    listing = "global.index-url='https://one.test/simple'\n:env:.extra-index-url='https://two.test/a\\nhttps://two.test/b'"
    found = bootstrap.uv_environment(listing, {"HOME": "/"})
    assert found["UV_DEFAULT_INDEX"] == "https://one.test/simple"
    assert found["UV_INDEX"] == "https://two.test/a https://two.test/b"
    assert found["UV_NO_PYTHON_DOWNLOADS"] == "1"


def test_what_the_user_set_for_uv_wins() -> None:
    found = bootstrap.uv_environment(
        "global.index-url='https://one.test/'", {"UV_DEFAULT_INDEX": "https://own.test/"}
    )
    assert found["UV_DEFAULT_INDEX"] == "https://own.test/"


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}, {"HOME": "/nonexistent"}])
def test_without_a_home_the_cache_stays_in_the_tree(environ: dict[str, str]) -> None:
    assert bootstrap.uv_environment("", environ)["UV_CACHE_DIR"].startswith(str(bootstrap.ROOT))


def test_with_a_home_the_cache_is_shared(tmp_path: Path) -> None:
    assert "UV_CACHE_DIR" not in bootstrap.uv_environment("", {"HOME": str(tmp_path)})


def test_a_failing_step_names_itself_and_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    with pytest.raises(
        bootstrap.BootstrapError, match=r"(?s)fetching: failed with exit code 3.*no route.*index"
    ):
        bootstrap.step("fetching", ["sh", "-c", "echo no route >&2; exit 3"], {})


@pytest.mark.parametrize("arguments", [[], ["all"], ["run", "test"]])
def test_wrong_usage_is_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main(arguments) == 2
    assert "run|test|bench|spark" in capsys.readouterr().err


def begun_with(python: Path) -> subprocess.CompletedProcess[str]:
    line = ["sh", ROOT / "infra" / "bootstrap.sh", "run"]
    env = {"PYTHON": str(python), "PATH": "/usr/bin:/bin"}
    return subprocess.run(line, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("script", ["exit 1", "exit 127"])
def test_without_python_there_is_one_message_with_the_cure(tmp_path: Path, script: str) -> None:
    python = tmp_path / "python3"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    done = begun_with(python)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "apt install python3 python3-venv" in done.stderr
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize("blocked", ["var", "var/bootstrap.lock"])
def test_where_nothing_can_be_written_there_is_one_message_with_the_cure(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], blocked: str
) -> None:
    path = tree / blocked
    path.parent.mkdir(exist_ok=True)
    path.symlink_to("/proc/nowhere")  # no owner and no mode lets anybody write there, not even root
    monkeypatch.setattr(bootstrap, "ROOT", tree)
    assert bootstrap.main(["run"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert str(path) in said.err
    assert "Clone it where you may write" in said.err
    assert len(said.err.splitlines()) == 2


def test_an_interpreter_in_a_folder_with_a_blank_is_used(tmp_path: Path) -> None:
    python = tmp_path / "새 집" / "python3"
    python.parent.mkdir()
    python.write_text('#!/bin/sh\ncase $1 in -c) exit 0;; esac\necho "$@"\n')
    python.chmod(0o755)
    done = begun_with(python)
    assert done.stdout == f"{ROOT / 'infra' / 'bootstrap.py'} run\n"


def test_no_tracked_list_names_a_package_host() -> None:
    lists = list((ROOT / "infra" / "lock").glob("*.txt"))
    assert {path.stem for path in lists} == {"uv", "cluster", "chart", *bootstrap.KINDS}
    for path in lists:
        text = path.read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "--index-url" not in text
        assert "--find-links" not in text
