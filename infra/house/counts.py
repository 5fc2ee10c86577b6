"""Counts sizes, importers, type names, long lines, comments and import cycles, and limits them.

Counted are the modules of `spiders`, `processing`, `dags` and `infra`, without the declarations of
outlets (any folder named `outlets`). A line is code unless it is blank or holds a comment alone; a
docstring is code here. `make check` holds the source to `LIMITS`.
"""

import ast
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from processing.errors import UsageError

PACKAGES = ("spiders", "processing", "dags", "infra")
LONG_LINE = 100
LONG_FUNCTION = 30

# Scrapy loads the class of this name from the module of each command.
SHARED_NAMES = ("Command",)
"""Type names that may stand in several modules."""


@dataclass(frozen=True, slots=True)
class Module:
    """One module: its dotted name, its file below the root, its text and its syntax tree."""

    name: str
    path: Path
    source: str
    tree: ast.Module

    @property
    def is_package(self) -> bool:
        """Return whether it is the `__init__` of a folder."""
        return self.path.name == "__init__.py"


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """The figures of a checkout. Shares are percent; tuples name what breaks a rule."""

    modules: int
    lines: int
    median_module: int
    longest_module: int
    functions: int
    long_functions: float
    longest_function: int
    folders: Mapping[str, int]
    loose_in_spiders: int
    one_importer: int
    twins: Mapping[str, tuple[str, ...]]
    long_lines: float
    comments: float
    circles: tuple[tuple[str, ...], ...]
    undocumented: tuple[str, ...]


def read_modules(root: Path) -> list[Module]:
    """Return the modules of a checkout in the order of their files.

    Raises UsageError where there is no module, or one that does not parse.
    """
    modules = []
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            relative = path.relative_to(root)
            # Declarations are data: their number grows with the registry, not with the code.
            if "outlets" not in relative.parts and "__pycache__" not in relative.parts:
                source = path.read_text("utf-8")
                parts = relative.with_suffix("").parts
                name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
                modules.append(Module(name, relative, source, _parsed(source, path)))
    if not modules:
        raise UsageError(
            f"{root} has no module of {', '.join(PACKAGES)}; give the root of a checkout"
        )
    return modules


def _parsed(source: str, path: Path) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise UsageError(f"{path}:{error.lineno}: {error.msg}; mend it first") from error


def count(modules: list[Module]) -> SourceCounts:
    """Return all figures of these modules."""
    lengths = [length for module in modules for length in function_lengths(module.tree)]
    lines = [len(module.source.splitlines()) for module in modules]
    code, comments = _code_and_comments(modules)
    folders = Counter(str(module.path.parent) for module in modules if not module.is_package)
    graph = imports(modules)
    importers = Counter(target for targets in graph.values() for target in targets)
    return SourceCounts(
        modules=len(modules),
        lines=sum(lines),
        median_module=round(median(lines)),
        longest_module=max(lines),
        functions=len(lengths),
        long_functions=_percent(sum(length > LONG_FUNCTION for length in lengths), len(lengths)),
        longest_function=max(lengths, default=0),
        folders=dict(folders.most_common()),
        loose_in_spiders=folders["spiders"],
        one_importer=sum(importers[module.name] == 1 for module in modules),
        twins=twins(modules),
        long_lines=_percent(sum(len(line) > LONG_LINE for line in code), len(code)),
        comments=_percent(comments, len(code)),
        circles=circles(graph),
        undocumented=tuple(
            m.name for m in modules if not m.is_package and not ast.get_docstring(m.tree)
        ),
    )


def function_lengths(tree: ast.Module) -> Iterator[int]:
    """Yield the number of lines of each function, nested functions included, docstring not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            documented = ast.get_docstring(node) is not None
            yield _span(node) - (_span(first) if documented else 0)


def imports(modules: list[Module]) -> dict[str, set[str]]:
    """Return the modules that each module imports, at its top or inside a function.

    `from package import name` is an import of the package, and of `name` where that is a module.
    """
    names = {module.name for module in modules}
    graph: dict[str, set[str]] = {}
    for module in modules:
        imported: set[str] = set()
        for node in ast.walk(module.tree):
            # Relative imports are banned by ruff, so `node.module` is always a full name.
            if isinstance(node, ast.ImportFrom) and node.module:
                imported |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
        graph[module.name] = (imported & names) - {module.name}
    return graph


def twins(modules: list[Module]) -> dict[str, tuple[str, ...]]:
    """Return the type names that several modules define, each with the names of those modules."""
    definers: dict[str, set[str]] = defaultdict(set)
    for module in modules:
        for name in _type_names(module.tree):
            definers[name].add(module.name)
    return {
        name: tuple(sorted(modules_of))
        for name, modules_of in sorted(definers.items())
        if len(modules_of) > 1
    }


def circles(graph: Mapping[str, set[str]]) -> tuple[tuple[str, ...], ...]:
    """Return the groups of modules that import each other (strongly connected components)."""
    reached = {name: _reached(graph, name) for name in graph}
    groups = {
        tuple(sorted(other for other in reached[name] if name in reached[other]))
        for name in graph
        if name in reached[name]
    }
    return tuple(sorted(groups))


def _reached(graph: Mapping[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    left = [start]
    while left:
        new = graph[left.pop()] - seen
        seen |= new
        left += new
    return seen


def _type_names(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name not in SHARED_NAMES:
            yield node.name
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            if ast.unparse(node.annotation) == "TypeAlias":
                yield node.target.id
        # `type Name = …` has a node of its own since Python 3.12; 3.11 has no such class.
        elif type(node).__name__ == "TypeAlias":
            yield vars(node)["name"].id


def _code_and_comments(modules: list[Module]) -> tuple[list[str], int]:
    lines = [line for module in modules for line in module.source.splitlines() if line.strip()]
    code = [line for line in lines if not line.strip().startswith("#")]
    return code, len(lines) - len(code)


def _span(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


ROOM = 18
"""Modules in one folder that a newcomer can still take in at a glance."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A figure of the source with its lowest and highest allowed value."""

    what: str
    measure: Callable[[SourceCounts], float]
    most: float
    least: float = 0
    held: bool = True
    """Whether `--check` fails beyond it; otherwise it only says so."""
    culprits: Callable[[SourceCounts], tuple[str, ...]] = lambda _: ()

    def breach(self, counts: SourceCounts) -> str | None:
        """Return a message where the figure is out of bounds, else None."""
        value = self.measure(counts)
        if self.least <= value <= self.most:
            return None
        bounds = f"at most {self.most:g}" if value > self.most else f"at least {self.least:g}"
        names = self.culprits(counts)
        return f"{self.what}: {value:g}, and {bounds} is allowed" + (
            f": {'; '.join(names)}" if names else ""
        )


LIMITS = (
    Limit("functions over 30 lines, in percent", lambda counts: counts.long_functions, most=1),
    Limit(
        "circles of imports",
        lambda counts: len(counts.circles),
        most=0,
        culprits=lambda counts: tuple(" ↔ ".join(circle) for circle in counts.circles),
    ),
    Limit(
        "modules without docstring",
        lambda counts: len(counts.undocumented),
        most=0,
        culprits=lambda counts: counts.undocumented,
    ),
    Limit(
        "modules in the biggest folder",
        lambda counts: max(counts.folders.values(), default=0),
        most=ROOM,
        culprits=lambda counts: tuple(
            f"{name} {size}" for name, size in counts.folders.items() if size > ROOM
        ),
    ),
    Limit("loose modules in spiders", lambda counts: counts.loose_in_spiders, most=10),
    Limit(
        "twin type names",
        lambda counts: len(counts.twins),
        most=0,
        culprits=lambda counts: tuple(
            f"{name} in {', '.join(where)}" for name, where in counts.twins.items()
        ),
    ),
    # The formatter breaks code, but neither docstrings nor strings.
    Limit("code lines over 100 characters, in percent", lambda counts: counts.long_lines, most=1),
    # Some rooms have few comments yet, so the figure of the whole stands at the edge of what it
    # shall be: it is printed, and held as soon as every room has its share.
    Limit(
        "comments per 100 code lines", lambda counts: counts.comments, least=2, most=5, held=False
    ),
)
