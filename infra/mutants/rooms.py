"""Finds the modules of a room, and the tests that are nearest to a module.

The nearest tests of a module are those that import it, its mirror
(`tests/<folder>/test_<module>.py`) first. Where none does, they are the tests of the mirrored
folder, or of the next one up, that reach it through other modules. A test reaches what its file
imports, what helper modules import that it imports or starts, and what the conftest imports whose
fixtures it asks for.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from processing.errors import UsageError

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
        folders = [path for name in ROOMS[room] for path in (root / name).rglob("*.py")]
        files = [root / f"{name}.py" for name in ROOMS[room] if (root / f"{name}.py").is_file()]
        by_room[room] = sorted(path.relative_to(root) for path in (*folders, *files))
        # A folder that was renamed must not count as a room without survivors.
        if not by_room[room]:
            raise UsageError(
                f"room {room!r} has no module under {root}: correct ROOMS in {__name__}"
            )
    return by_room


@dataclass(slots=True)
class Imports:
    """The importers of every module of a checkout; modules are paths below its root."""

    importers: dict[Path, set[Path]] = field(default_factory=lambda: defaultdict(set))

    def nearest(self, module: Path) -> list[Path]:
        """Return the nearest test files of a module, its mirror first."""
        direct = {path for path in self.importers[module] if path.name.startswith("test_")}
        mirror = Path("tests") / module.parent / f"test_{module.stem}.py"
        if direct:
            return sorted(direct, key=lambda path: (path != mirror, path))
        # Without a direct importer, tests in the mirrored folder are nearer than those elsewhere.
        reaching = {path for path in self._reaching(module) if path.name.startswith("test_")}
        for folder in (mirror.parent, *mirror.parent.parents):
            beside = sorted(path for path in reaching if folder in path.parents)
            if beside:
                return beside
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
            yield node.value


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
