"""Runs tests on copies of a checkout, unmutated or with one mutant."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from infra.mutants.sites import Mutant
from processing.errors import PermanentError

LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", "var", "__pycache__", ".hypothesis", ".*_cache")
# For quick tests, starting Python and pytest takes longer than the tests themselves.
SPARE_SECONDS = 30.0
"""Seconds that a run may take on top of a multiple of its unmutated time."""

PYTEST = ("-q", "-x", "-m", "not full", "-p", "no:cacheprovider", "--hypothesis-seed=0")
"""Options of pytest: the first failure is enough, and the same examples are drawn each time."""

NO_TESTS = 5
"""Exit code of pytest where a file holds no test that is to run."""


class Outcome(StrEnum):
    """The result of running a mutant's tests."""

    KILLED = "killed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"
    UNTESTED = "no test"


@dataclass(frozen=True, slots=True)
class Timed:
    """A test run: its exit code, None when it hit its time limit, and its seconds."""

    code: int | None
    seconds: float


class Copy:
    """A copy of a checkout in a temporary folder, where modules are mutated and tests run."""

    def __init__(self, root: Path) -> None:
        """Copy the checkout, without its environment and the output of earlier runs."""
        self._folder = Path(tempfile.mkdtemp(prefix="sillok-mutants-"))
        self.root = self._folder / root.name
        shutil.copytree(root, self.root, ignore=LEFT_OUT, symlinks=True)
        self._check()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the copy."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def run(self, tests: Sequence[Path], limit: float | None = None) -> Timed:
        """Run test files until the first failure, for at most `limit` seconds."""
        began = time.monotonic()
        command = [sys.executable, "-m", "pytest", *PYTEST, *map(str, tests)]
        process = subprocess.Popen(  # noqa: S603 - our own tests
            command,
            cwd=self.root,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            code = process.wait(limit)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            # Tests start servers of their own; the whole session ends with the run.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            # Failing examples of one mutant must not be replayed on the next.
            shutil.rmtree(self.root / ".hypothesis", ignore_errors=True)
        return Timed(code, time.monotonic() - began)

    def attempt(self, mutant: Mutant, tests: Sequence[Path], limit: float) -> tuple[Outcome, float]:
        """Run the tests with a mutant and undo it; return how they ended and the seconds."""
        module = self.root / mutant.path
        source = module.read_bytes()
        try:
            self._write(module, mutant.apply(source))
            timed = self.run(tests, limit)
        finally:
            self._write(module, source)
        if timed.code is None:
            return Outcome.TIMED_OUT, timed.seconds
        return (Outcome.KILLED if timed.code else Outcome.SURVIVED), timed.seconds

    def _write(self, module: Path, source: bytes) -> None:
        """Write a module and drop its bytecode."""
        # Python compares its size and seconds with the source: a quick `<` to `>` goes unseen.
        module.write_bytes(source)
        for compiled in (module.parent / "__pycache__").glob(f"{module.stem}.*.pyc"):
            compiled.unlink()

    def _environment(self) -> dict[str, str]:
        """Return an environment in which this copy is imported before the installed checkout."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in ("SILLOK_TEST_ALL", "PYTEST_ADDOPTS")
        }
        return inherited | {"PYTHONPATH": str(self.root), "TMPDIR": str(self._folder)}

    def _check(self) -> None:
        """Raise PermanentError where tests would import another checkout than this copy."""
        command = [sys.executable, "-c", "import spiders; print(spiders.__file__)"]
        done = subprocess.run(  # noqa: S603 - ours
            command, env=self._environment(), cwd="/", capture_output=True, text=True, check=False
        )
        if Path(done.stdout.strip()) != self.root / "spiders" / "__init__.py":
            raise PermanentError(
                f"a test would not import {self.root} but {done.stdout or done.stderr}"
            )
