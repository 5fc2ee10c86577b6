"""Under `make test-all` what would be skipped fails, a single test and a whole module alike."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MODULES = {
    "test_module.py": "import pytest\npytest.importorskip('no_such_library')\n",
    "test_one.py": "import pytest\ndef test_one():\n    pytest.skip('a part is missing')\n",
    "test_kept.py": "import pytest\ndef test_kept():\n    pytest.skip('SILLOK_SEEDS names no folder')\n",
    "test_known.py": "import pytest\n@pytest.mark.xfail\ndef test_known():\n    raise AssertionError\n",
}


@pytest.mark.parametrize(
    ("wanted", "ends"),
    [("", "3 skipped, 1 xfailed"), ("1", "1 failed, 1 skipped, 1 xfailed, 1 error")],
    ids=["make test", "make test-all"],
)
def test_what_would_be_skipped_fails_where_everything_was_asked_for(tmp_path: Path, wanted: str, ends: str) -> None:
    shutil.copy(Path(__file__).with_name("conftest.py"), tmp_path)
    for name, content in MODULES.items():
        (tmp_path / name).write_text(content)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--continue-on-collection-errors", str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "SILLOK_TEST_ALL": wanted, "PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ends in done.stdout.splitlines()[-1]
    assert ("test_module.py was skipped" in done.stdout) is bool(wanted)
