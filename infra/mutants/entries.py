"""Which tests enter which function, so that a mutant is tried on the tests that can notice it.

On a copy of the checkout each function of the rooms sets a byte of a shared file (mmap) when it is
entered: in whatever process, as tests start programs. One run of each test file there tells which
functions each of its tests enters. Only those tests can notice a mutant inside a function. What
runs at import (constants of modules, bodies of classes, defaults) may concern any test, unless it
is a constant that functions of its own module alone read.
"""

import ast
import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from infra.mutants.sites import Mutant

MARKER = "entered_functions"
"""Module in a marked copy that maps the shared file; its name must not occur in the checkout."""

QUICK_SECONDS = 0.01
"""Tests below this run first; then those below ten times as many seconds, and so on."""

FIRST_FILES = 3
"""Test files whose quick tests are tried before any other is loaded."""


@dataclass(frozen=True, slots=True)
class FunctionSpan:
    """A function of a module: its number in the checkout, and its body from `start` to `end`."""

    number: int
    start: int
    end: int
    line_start: int
    """Offset of the line on which the body begins."""


class Functions:
    """All functions of some modules of a checkout, numbered in their order."""

    def __init__(self, root: Path, paths: Iterable[Path]) -> None:
        """Give numbers to the functions of the modules, whose paths are relative to `root`."""
        self.count = 0
        self._root = root
        self._trees: dict[Path, ast.Module] = {}
        self._spans: dict[Path, list[FunctionSpan]] = {}
        for path in sorted(set(paths)):
            source = (root / path).read_bytes()
            self._trees[path] = ast.parse(source)
            self._spans[path] = self._read(self._trees[path], source)

    def marked(self) -> dict[Path, bytes]:
        """Return the modules with a first statement in each function that marks it as entered."""
        return {path: self._marked(path) for path in self._spans}

    def readers(self, mutant: Mutant, importers: Iterable[Path]) -> set[int] | None:
        """Return the functions one of which a test enters that can notice a mutant.

        None where any test may: it concerns what runs at import. `importers` are the files that
        import the mutant's module.
        """
        inner = self._innermost(mutant.path, mutant.start)
        if inner is not None:
            return {inner}
        name = self._constant(mutant)
        if name is None:
            return None
        word = re.compile(rf"\b{re.escape(name)}\b")
        if any(word.search((self._root / path).read_text("utf-8")) for path in importers):
            return None
        return self._loading(mutant.path, name)

    def _read(self, tree: ast.Module, source: bytes) -> list[FunctionSpan]:
        starts = [0]
        for line in source.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        spans = []
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) is not None else node.body
                if body:
                    # A decorated statement begins with its decorators.
                    lines = [item.lineno for item in getattr(body[0], "decorator_list", [])]
                    line = min([body[0].lineno, *lines]) - 1
                    start = starts[line] + body[0].col_offset
                    end = starts[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0)
                    spans.append(FunctionSpan(self.count, start, end, starts[line]))
                    self.count += 1
        return spans

    def _marked(self, path: Path) -> bytes:
        source = (self._root / path).read_bytes()
        insertions = []
        for span in self._spans[path]:
            indent = source[span.line_start : span.start]
            mark = b"__entered__[%d] = 1" % span.number
            after = b"; " if indent.strip() else b"\n" + indent
            insertions.append((span.start, mark + after))
        header = f"from {MARKER} import MARKS as __entered__\n".encode()
        insertions.append((self._header(path, source), header))
        for start, text in sorted(insertions, reverse=True):
            source = source[:start] + text + source[start:]
        return source

    def _header(self, path: Path, source: bytes) -> int:
        """Return the offset of the first line after the docstring and `from __future__`."""
        line = 0
        for node in self._trees[path].body:
            documents = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            if documents or (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
                line = node.end_lineno or line
            else:
                break
        return sum(len(text) for text in source.splitlines(keepends=True)[:line])

    def _innermost(self, path: Path, position: int) -> int | None:
        around = [span for span in self._spans[path] if span.start <= position < span.end]
        return max(around, key=lambda span: span.start).number if around else None

    def _constant(self, mutant: Mutant) -> str | None:
        """Return the name of the module's constant in whose value a mutant lies."""
        for node in self._trees[mutant.path].body:
            last = node.end_lineno or node.lineno
            if node.lineno <= mutant.line <= last:
                if isinstance(node, ast.Assign) and len(node.targets) == 1:
                    target = node.targets[0]
                elif isinstance(node, ast.AnnAssign):
                    target = node.target
                else:
                    return None
                return target.id if isinstance(target, ast.Name) else None
        return None

    def _loading(self, path: Path, name: str) -> set[int] | None:
        """Return the functions that read a name of their module; None if it is read at import."""
        source = (self._root / path).read_bytes()
        lines = source.splitlines(keepends=True)
        numbers = set()
        for node in ast.walk(self._trees[path]):
            if (
                isinstance(node, ast.Name)
                and node.id == name
                and not isinstance(node.ctx, ast.Store)
            ):
                position = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
                number = self._innermost(path, position)
                if number is None:
                    return None
                numbers.add(number)
        return numbers


class NearTest(NamedTuple):
    """A test near a mutant: its class of speed, its file and that file's position, its node id."""

    speed: int
    position: int
    file: Path
    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ChosenTests:
    """Tests to run in one process, in their order."""

    tests: tuple[NearTest, ...]

    @property
    def files(self) -> list[Path]:
        """The files of the tests, each once."""
        return list(dict.fromkeys(test.file for test in self.tests))

    @property
    def names(self) -> list[str]:
        """The node ids of the tests."""
        return [test.name for test in self.tests]

    @property
    def seconds(self) -> float:
        """How many seconds the tests take unmutated."""
        return sum(test.seconds for test in self.tests)


@dataclass(slots=True)
class Entries:
    """A file of JSON lines: for each test file, its tests' seconds and the functions they enter.

    It holds for one tree of sources and, line by line, for one content of a test file: a test that
    is added or mended is recorded anew, and the others are not.
    """

    path: Path
    root: Path
    tests: dict[Path, dict[str, tuple[float, frozenset[int]]]] = field(default_factory=dict)

    def open(self) -> None:
        """Read what earlier runs recorded of test files that have not changed since."""
        written = self.path.read_bytes() if self.path.exists() else b""
        # A run that was killed may have left half a line at the end.
        for text in written[: written.rfind(b"\n") + 1].splitlines():
            line = json.loads(text)
            file = Path(line["file"])
            if (self.root / file).is_file() and line["digest"] == self._digest(file):
                self._keep(file, line["tests"])

    def record(self, file: Path, report: Mapping[str, dict[str, tuple[float, list[int]]]]) -> None:
        """Keep what a run of a test file on a marked copy reported."""
        self._keep(file, report["tests"])
        line = {"file": str(file), "digest": self._digest(file), "tests": report["tests"]}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as stream:
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")

    def choose(self, files: Iterable[Path], readers: set[int] | None) -> list[ChosenTests]:
        """Return the tests of some files that enter one of the functions; all for None.

        The first part has the quick tests of few files: loading all files takes longer than most
        mutants live. In a part the quick tests come first, those of a file together where they are
        as quick.
        """
        chosen = [
            NearTest(_speed(seconds), position, file, name, seconds)
            for position, file in enumerate(files)
            for name, (seconds, entered) in self.tests[file].items()
            if readers is None or entered & readers
        ]
        quick = Counter(test.file for test in chosen if test.speed <= 1)
        first = {file for file, _ in quick.most_common(FIRST_FILES)}
        parts: tuple[list[NearTest], list[NearTest]] = ([], [])
        for test in sorted(chosen, key=lambda test: (test.speed, test.position)):
            parts[not (test.speed <= 1 and test.file in first)].append(test)
        return [ChosenTests(tuple(part)) for part in parts if part]

    def _keep(self, file: Path, tests: Mapping[str, tuple[float, list[int]]]) -> None:
        self.tests[file] = {
            name: (seconds, frozenset(entered)) for name, (seconds, entered) in tests.items()
        }

    def _digest(self, file: Path) -> str:
        return hashlib.sha256((self.root / file).read_bytes()).hexdigest()


def _speed(seconds: float) -> int:
    return max(0, math.ceil(math.log10(max(seconds, QUICK_SECONDS) / QUICK_SECONDS)))
