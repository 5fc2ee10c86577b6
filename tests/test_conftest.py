"""What holds for all tests: nobody's settings reach them, and where everything was asked for nothing is skipped."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SKIPS = {
    "test_module.py": "import pytest\npytest.importorskip('no_such_library')\n",
    "test_one.py": "import pytest\ndef test_one():\n    pytest.skip('a part is missing')\n",
    "test_kept.py": "import pytest\ndef test_kept():\n    pytest.skip('SILLOK_SEEDS names no folder')\n",
    "test_known.py": "import pytest\n@pytest.mark.xfail\ndef test_known():\n    raise AssertionError\n",
}
READS = "import os\ndef test_set():\n    print('found', *(name for name in os.environ if name[:7] in {'SILLOK_', 'AIRFLOW'}))\n"


def said_of(folder: Path, modules: dict[str, str], **environment: str) -> str:
    """Return what pytest says of these modules beside the project's own conftest.py."""
    shutil.copy(Path(__file__).with_name("conftest.py"), folder)
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
        str(folder),
    ]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **alone, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


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
