"""The rules for all tests: settings, failing properties, processes left behind, skips."""

import os
import select
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import conftest

SKIPS = {
    "test_module.py": "import pytest\npytest.importorskip('no_such_library')\n",
    "test_one.py": "import pytest\ndef test_one():\n    pytest.skip('a part is missing')\n",
    "test_kept.py": "import pytest\ndef test_kept():\n    pytest.skip('SILLOK_SEEDS names no folder')\n",
    "test_known.py": "import pytest\n@pytest.mark.xfail\ndef test_known():\n    raise AssertionError\n",
}
READS = "import os\ndef test_set():\n    print('found', *(name for name in os.environ if name[:7] in {'SILLOK_', 'AIRFLOW'}))\n"
PROPERTIES = """
import time
import twisted.internet.reactor
from hypothesis import given, strategies
slow = [0.5]
@given(strategies.integers())
def test_slow_once(number):
    time.sleep(slow.pop() if slow else 0)
@given(strategies.integers())
def test_wrong(number):
    assert number < 3
def test_after():
    pass
"""
KILLED = """
import os, subprocess, sys
from pathlib import Path
def test_killed():
    code = "import os, subprocess, time; subprocess.Popen(['sleep', '600']); time.sleep(600)"
    kept = {name: value for name, value in os.environ.items() if not name.startswith('SILLOK_')}
    started = subprocess.Popen([sys.executable, '-c', code], env=kept, start_new_session=True)
    children = Path(f'/proc/{started.pid}/task/{started.pid}/children')
    while not children.read_text():
        pass
    (Path(__file__).parent / 'started').write_text(f'{started.pid} {children.read_text()}')
    os.kill(VICTIM, 9)
    os.read(os.pipe()[0], 1)
"""
PLUGINS = (
    "-p",
    "_hypothesis_pytestplugin",
    "-p",
    "xdist.plugin",
    "-n",
    "1",
    "--max-worker-restart",
    "0",
)


def said_of(folder: Path, modules: dict[str, str], *options: str, **environment: str) -> str:
    """Return what pytest says of these modules beside the project's own conftest.py."""
    for name in ("conftest.py", "orphans.py"):
        shutil.copy(Path(__file__).with_name(name), folder)
    for name, content in modules.items():
        (folder / name).write_text(content)
    alone = {"PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-s",
        "--continue-on-collection-errors",
        *options,
        str(folder),
    ]
    with (folder / "output").open(
        "w"
    ) as output:  # a pipe would stay open as long as any process that it left
        subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **alone, **environment},
            stdout=output,
            check=False,
        )
    return (folder / "output").read_text()


@pytest.mark.parametrize(
    ("wanted", "ends"),
    [("", "3 skipped, 1 xfailed"), ("1", "1 failed, 1 skipped, 1 xfailed, 1 error")],
    ids=["make test", "make test-all"],
)
def test_what_would_be_skipped_fails_where_everything_was_asked_for(
    tmp_path: Path, wanted: str, ends: str
) -> None:
    said = said_of(tmp_path, SKIPS, SILLOK_TEST_ALL=wanted)
    assert ends in said.splitlines()[-1]
    assert ("test_module.py was skipped" in said) is bool(wanted)


def test_no_setting_of_whoever_runs_them_reaches_the_tests(tmp_path: Path) -> None:
    kept = {"SILLOK_SEEDS": "/seeds", "SILLOK_TEST_ALL": ""}
    others = {
        "SILLOK_STORE": "s3://annals/",
        "SILLOK_PRESS": "20000",
        "AIRFLOW__CORE__DAGS_FOLDER": "/dags",
    }
    (found,) = [
        line
        for line in said_of(tmp_path, {"test_set.py": READS}, **kept, **others).splitlines()
        if "found" in line
    ]
    assert {*found.split()[1:]} & {*kept, *others} == {*kept}


@pytest.mark.parametrize(
    ("free", "flags", "fault", "holds"),
    [
        (conftest.ROOM, 0, None, True),
        (conftest.ROOM - 1, 0, None, False),
        (conftest.ROOM, os.ST_NOEXEC, None, False),
        (conftest.ROOM, 0, OSError("not supported"), False),
    ],
    ids=["as it must be", "too small", "runs no programs", "keeps no attributes"],
)
def test_memory_holds_temporary_folders_where_it_can_do_all_that_a_disk_can(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    *,
    free: int,
    flags: int,
    fault: OSError | None,
    holds: bool,
) -> None:
    def set_attribute(*_: object) -> None:
        if fault:
            raise fault

    state = SimpleNamespace(f_bavail=free, f_frsize=1, f_flag=flags)
    monkeypatch.setattr(os, "statvfs", lambda _: state)
    monkeypatch.setattr(os, "setxattr", set_attribute)
    assert conftest.holds_temporary_folders(str(tmp_path)) is holds
    assert not conftest.holds_temporary_folders(str(tmp_path / "nothing"))


def test_bytecode_is_kept_whatever_the_shell_says(tmp_path: Path) -> None:
    module = "import os, sys\ndef test_kept():\n    assert not sys.dont_write_bytecode\n"
    module += "    assert 'PYTHONDONTWRITEBYTECODE' not in os.environ\n"
    said = said_of(tmp_path, {"test_kept.py": module}, PYTHONDONTWRITEBYTECODE="1")
    assert "1 passed" in said.splitlines()[-1]


def test_a_property_that_fails_is_shown_and_one_that_is_slow_passes(tmp_path: Path) -> None:
    said = said_of(tmp_path, {"test_properties.py": PROPERTIES}, *PLUGINS)
    assert "1 failed, 2 passed" in said.splitlines()[-1]
    assert "number=3" in said
    assert "INTERNALERROR" not in said


@pytest.mark.parametrize(
    "victim",
    [
        pytest.param("os.getpid()", id="worker"),
        pytest.param("os.getppid()", id="whole run", marks=pytest.mark.full),
    ],
)
def test_what_is_killed_leaves_no_process(tmp_path: Path, victim: str) -> None:
    said_of(tmp_path, {"test_killed.py": KILLED.replace("VICTIM", victim)}, *PLUGINS)
    for pid in (tmp_path / "started").read_text().split():
        with suppress(ProcessLookupError):  # it is gone already
            gone = select.poll()
            gone.register(os.pidfd_open(int(pid)), select.POLLIN)
            assert gone.poll(60_000), f"process {pid} is still there"
