"""Runs the tests nearest to a module on copies of a checkout, unmutated or with one mutant.

The nearest tests of a module are those that import it, its mirror
(`tests/<folder>/test_<module>.py`) first, and those of the mirrored folder that reach it through
other modules: a rule is mostly tested by what is read, crawled or published with it. Where there
are none, they are those of the next folder up that reach it. A test reaches what its file imports,
what helper modules import that it imports or starts, and what the conftest imports whose fixtures
it asks for.
"""

import ast
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from infra.mutants.entries import MARKER, ChosenTests, Functions
from infra.mutants.sites import Mutant
from processing.errors import PermanentError, UsageError

LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", "var", "__pycache__", ".hypothesis", ".*_cache")
# For quick tests, starting Python and pytest takes longer than the tests themselves.
SPARE_SECONDS = 30.0
"""Seconds that a run may take on top of a multiple of its unmutated time."""

NOT_INHERITED = (
    "SILLOK_TEST_ALL",
    "PYTEST_ADDOPTS",
    # Bytecode of what no mutant changes is kept in the copy: compiling it each time took longer
    # than most tests.
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONPYCACHEPREFIX",
)
"""Variables of the caller that no test of a mutant sees."""

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
    """A test run: pytest's exit code or minus a signal, None at the time limit; its seconds."""

    code: int | None
    seconds: float


class Copy:
    """A copy of a checkout in a temporary folder, where modules are mutated and tests run."""

    def __init__(self, root: Path) -> None:
        """Copy the checkout, without its environment and the output of earlier runs."""
        self._folder = Path(tempfile.mkdtemp(prefix="sillok-mutants-"))
        self.root = self._folder / root.name
        self._session: subprocess.Popen[bytes] | None = None
        self._running: int | None = None
        self._stopped = False
        self._marked = False
        shutil.copytree(root, self.root, ignore=LEFT_OUT, symlinks=True)
        self._check()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process that tests are forked from, and remove the copy."""
        if self._session:
            self._session.kill()
            self._session.communicate()
        shutil.rmtree(self._folder, ignore_errors=True)

    def stop(self) -> None:
        """End a run that is under way, from another thread; no other run begins."""
        self._stopped = True
        if self._running:
            _kill(self._running)

    def run(self, request: Mapping[str, object], limit: float | None = None) -> Timed:
        """Run tests (`infra.mutants.session` has the words of a request), at most `limit` seconds.

        Raises KeyboardInterrupt where `stop` ended it: how it ended says nothing of the mutant.
        """
        session = self._session = self._session or self._start()
        began = time.monotonic()
        assert session.stdin  # noqa: S101 - both are pipes
        assert session.stdout  # noqa: S101
        session.stdin.write(json.dumps(request).encode() + b"\n")
        process = self._running = int(session.stdout.readline())
        # It may have been stopped just before this run began.
        waiting = 0 if self._stopped else limit
        ended = bool(select.select([session.stdout], [], [], waiting)[0])
        self._running = None
        # Tests start servers of their own; the whole group ends with the run.
        _kill(process)
        code = int(session.stdout.readline())
        # Failing examples of one mutant must not be replayed on the next.
        shutil.rmtree(self.root / ".hypothesis", ignore_errors=True)
        if self._stopped:
            raise KeyboardInterrupt
        return Timed(code if ended else None, time.monotonic() - began)

    def attempt(
        self, mutant: Mutant, parts: Iterable[ChosenTests], patience: float
    ) -> tuple[Outcome, float]:
        """Run tests with a mutant until a part of them fails; return the outcome and the seconds.

        A part may take `patience` times as long as it does unmutated, and some seconds more.
        """
        module = self.root / mutant.path
        source = module.read_bytes()
        outcome, seconds = Outcome.UNTESTED, 0.0
        try:
            self._write(module, mutant.apply(source))
            for part in parts:
                request = {"files": list(map(str, part.files)), "names": part.names}
                timed = self.run(request, SPARE_SECONDS + patience * part.seconds)
                outcome, seconds = _outcome(timed.code), seconds + timed.seconds
                if outcome is not Outcome.SURVIVED:
                    break
        finally:
            self._write(module, source)
        return outcome, seconds

    def mark(self, functions: Functions) -> None:
        """Have each function of this copy mark from now on that it was entered."""
        if self._marked:
            return
        self._marked = True
        marks = self._folder / "marks"
        marks.write_bytes(bytes(max(functions.count, 1)))
        (self.root / f"{MARKER}.py").write_text(
            "from mmap import mmap\n"
            f"with open({str(marks)!r}, 'r+b') as file:\n    MARKS = mmap(file.fileno(), 0)\n"
        )
        for path, source in functions.marked().items():
            self._write(self.root / path, source)

    def entered(self, test: Path) -> dict[str, Any]:
        """Run a test file on this marked copy; return what it reports of each of its tests."""
        report = self._folder / "report.json"
        report.unlink(missing_ok=True)
        marks = str(self._folder / "marks")
        request = {"files": [str(test)], "names": [], "marks": marks, "report": str(report)}
        timed = self.run(request)
        if not report.exists():
            raise PermanentError(f"{test} ended with {timed.code} before any of its tests did")
        return dict(json.loads(report.read_bytes()))

    def _start(self) -> "subprocess.Popen[bytes]":
        """Start the process that tests are forked from."""
        return subprocess.Popen(  # noqa: S603 - our own tests
            [sys.executable, Path(__file__).with_name("session.py")],
            cwd=self.root,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # What the pipe holds is not read ahead: `select` would not see it.
            bufsize=0,
            # Ctrl-C is for the campaign, which ends each run itself.
            start_new_session=True,
        )

    def _write(self, module: Path, source: bytes) -> None:
        """Write a module and drop its bytecode."""
        # Python compares its size and seconds with the source: a quick `<` to `>` goes unseen.
        module.write_bytes(source)
        for compiled in (module.parent / "__pycache__").glob(f"{module.stem}.*.pyc"):
            compiled.unlink()

    def _environment(self) -> dict[str, str]:
        """Return an environment in which this copy is imported before the installed checkout."""
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
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


def _outcome(code: int | None) -> Outcome:
    """Return what an exit code says of a mutant."""
    # A signal may have come from the system, as when it has no memory left.
    if code is None or code < 0:
        return Outcome.TIMED_OUT
    return Outcome.SURVIVED if code in (0, NO_TESTS) else Outcome.KILLED


def _kill(group: int) -> None:
    """End the processes of a group that are left."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


ROOMS: Mapping[str, tuple[str, ...]] = {
    "rules": (
        "processing/reading",
        "processing/rules",
        "processing/dates",
        "processing/urls",
        "spiders/outlet",
    ),
    "polling": ("spiders/crawling",),
    "publishing": (
        "processing/archive",
        "processing/landing",
        "processing/store",
        "processing/lookup",
    ),
    "folding": (
        "processing/dedupe",
        "processing/signing",
        "processing/matching",
        "processing/resolving",
    ),
}
"""Folders and modules of each room, from the root of the checkout."""

SOURCES = ("processing", "spiders", "dags", "infra", "tests")
"""Packages whose imports are read."""


def modules(root: Path, rooms: tuple[str, ...]) -> dict[str, list[Path]]:
    """Return the modules of each room as paths below `root`.

    Raises UsageError for a room that is unknown or that has no module.
    """
    by_room: dict[str, list[Path]] = {}
    for room in rooms:
        if room not in ROOMS:
            raise UsageError(f"no room is called {room!r}; there are {', '.join(ROOMS)}")
        by_room[room] = _files(root, room)
        # A folder that was renamed must not count as a room without survivors.
        if not by_room[room]:
            raise UsageError(
                f"room {room!r} has no module under {root}: correct ROOMS in {__name__}"
            )
    return by_room


def all_modules(root: Path) -> list[Path]:
    """Return the modules of all rooms that a checkout has."""
    return [path for room in ROOMS for path in _files(root, room)]


def _files(root: Path, room: str) -> list[Path]:
    folders = [path for name in ROOMS[room] for path in (root / name).rglob("*.py")]
    files = [root / f"{name}.py" for name in ROOMS[room] if (root / f"{name}.py").is_file()]
    return sorted(path.relative_to(root) for path in (*folders, *files))


@dataclass(slots=True)
class Imports:
    """The importers of every module of a checkout; modules are paths below its root."""

    importers: dict[Path, set[Path]] = field(default_factory=lambda: defaultdict(set))

    def nearest(self, module: Path) -> list[Path]:
        """Return the nearest test files of a module, its mirror and its importers first."""
        direct = {path for path in self.importers[module] if path.name.startswith("test_")}
        reaching = {path for path in self._reaching(module) if path.name.startswith("test_")}
        mirror = Path("tests") / module.parent / f"test_{module.stem}.py"
        for folder in (mirror.parent, *mirror.parent.parents):
            near = direct | {path for path in reaching if folder in path.parents}
            if near:
                return sorted(near, key=lambda path: (path != mirror, path not in direct, path))
        return []

    def _reaching(self, module: Path) -> set[Path]:
        """Return all modules that import a module, directly or through others."""
        seen: set[Path] = set()
        queue = [module]
        while queue:
            new = self.importers[queue.pop()] - seen
            seen |= new
            queue += new
        return seen


def read_imports(root: Path) -> Imports:
    """Read the imports of every module and test of a checkout."""
    names: dict[str, Path] = {}
    trees: dict[Path, ast.Module] = {}
    for top in SOURCES:
        for path in sorted((root / top).rglob("*.py")):
            relative = path.relative_to(root)
            trees[relative] = ast.parse(path.read_text("utf-8"))
            parts = relative.with_suffix("").parts
            names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = relative
    imports = Imports()
    for path, tree in trees.items():
        for name in set(_imported(tree)):
            if name in names and names[name] != path:
                imports.importers[names[name]].add(path)
    _add_fixtures(imports, trees)
    return imports


def _imported(tree: ast.Module) -> Iterator[str]:
    """Yield each name that may be a module: what is imported, and strings (`python -m NAME`)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        # Tests start some modules as commands and never import them.
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
            # Some by the function with which they begin, as an entry point: `module:function`.
            yield node.value.partition(":")[0]


def _add_fixtures(imports: Imports, trees: Mapping[Path, ast.Module]) -> None:
    """Count a test as an importer of each conftest above it that defines a fixture it asks for."""
    fixtures = {path: _fixtures(tree) for path, tree in trees.items() if path.name == "conftest.py"}
    for path, tree in trees.items():
        if path.name.startswith("test_"):
            arguments = {
                argument.arg
                for node in ast.walk(tree)
                if isinstance(node, ast.arguments)
                for argument in node.args
            }
            for conftest, names in fixtures.items():
                if conftest.parent in path.parents and names & arguments:
                    imports.importers[conftest].add(path)


def _fixtures(tree: ast.Module) -> set[str]:
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any("fixture" in ast.unparse(decorator) for decorator in node.decorator_list)
    }
