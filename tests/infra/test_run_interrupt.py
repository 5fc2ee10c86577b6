"""Ctrl-C while Python is still starting: `make` keeps it back until there is somebody to answer it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.run.folders import ROOT

STRUCK = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)  # what runs in the background of a shell ignores it
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
os.kill(os.getpid(), signal.SIGINT)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
"""Starts a program as `make` does, with a Ctrl-C that came before its first line."""


@pytest.mark.parametrize(
    ("program", "says"),
    [
        (["-m", "infra.run", "run"], "Stopped; nothing is broken and nothing runs on."),
        (
            ["infra/bootstrap.py", "run"],
            "Interrupted while setting up; the same command starts again.",
        ),
    ],
)
def test_it_is_answered_in_words_and_nothing_is_begun(
    program: list[str], says: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STRUCK, *program],
        cwd=ROOT,
        env=os.environ | {"SILLOK_VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 130
    assert done.stderr.strip().startswith(says)
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
@pytest.mark.parametrize("target", ["run", "up", "down", "shell"])
def test_make_keeps_it_back(target: str) -> None:
    known = subprocess.run(["env", "--block-signal=INT", "true"], capture_output=True, check=False)
    if known.returncode:
        pytest.skip("needs the env of GNU coreutils 8.31 or newer")
    line = ["make", "--dry-run", "--old-file=ready", target]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"exec env --block-signal=INT .venv/bin/python -m infra.run {target}" in done.stdout
