"""Collects the patterns that `processing` and `spiders` hold: those that are compiled, and those written in a call."""

import ast
import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("processing", "spiders")
_APPLIED = {"search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
_FROM_START = {"match", "fullmatch"}


@dataclass(frozen=True, slots=True)
class CollectedPattern:
    """One pattern and how it is applied.

    `key` is its module with its name there, or with the function that holds it. `methods` are those
    of `re` that are called on it; empty where it is handed on and may be applied in any way.
    """

    key: str
    pattern: re.Pattern[str]
    methods: frozenset[str]

    @property
    def anchored(self) -> bool:
        """Whether it is only ever tried at the start of a text."""
        return bool(self.methods) and self.methods <= _FROM_START


def collect() -> list[CollectedPattern]:
    """Import every module and return its patterns, each once.

    Raises RuntimeError where a module was imported before: its patterns would be missing.
    """
    early = [name for name in sys.modules if name.partition(".")[0] in ROOMS]
    if early:
        raise RuntimeError(f"imported too early to be watched: {early[0]}")
    made = _compiled()
    trees = {
        name: ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in ROOMS and module.__file__
    }
    uses = _uses(trees)
    patterns: dict[tuple[str, int], CollectedPattern] = {}
    for module, line, pattern in made:
        name = _name_at(trees[module], line)
        written = CollectedPattern(f"{module}.{name}", pattern, _methods(uses, module, name))
        patterns.setdefault((pattern.pattern, pattern.flags), written)
    for name, tree in trees.items():
        for written in _written(sys.modules[name], tree):
            patterns.setdefault((written.pattern.pattern, written.pattern.flags), written)
    return list(patterns.values())


def _compiled() -> list[tuple[str, int, re.Pattern[str]]]:
    """Return module, line and result of every `re.compile` of text that importing the modules calls."""
    collected: list[tuple[str, int, re.Pattern[str]]] = []
    real = re.compile

    def noting(pattern: Any, flags: Any = 0) -> re.Pattern[Any]:
        made = real(pattern, flags)
        caller = sys._getframe(1)  # noqa: SLF001 - the public way, inspect.stack, reads every file
        module = str(caller.f_globals.get("__name__"))
        if module.partition(".")[0] in ROOMS and isinstance(made.pattern, str):
            collected.append((module, caller.f_lineno, made))
        return made

    vars(re)["compile"] = noting
    try:
        for room in ROOMS:
            for module in pkgutil.walk_packages([str(ROOT / room)], f"{room}."):
                importlib.import_module(module.name)
    finally:
        vars(re)["compile"] = real
    return collected


def _name_at(tree: ast.Module, line: int) -> str:
    """Return the name that the statement of a line assigns, or the function that it stands in."""
    for node in tree.body:
        if node.lineno <= line <= (node.end_lineno or node.lineno):
            if isinstance(node, ast.Assign):
                targets = [part for part in ast.walk(node.targets[0]) if isinstance(part, ast.Name)]
                # Of several patterns in one assignment each has its own target, one a line or not.
                return targets[0].id if targets else "?"
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                return node.target.id
            return getattr(node, "name", "?")
    return "?"


def _uses(trees: dict[str, ast.Module]) -> dict[tuple[str, str], set[str] | None]:
    """Return by module and name which methods are called on what is called so there.

    None stands for a name that is also handed on, to be applied in any way. A name that a module
    imports is that of its own module; `module.NAME` counts for every module that has this name.
    """
    methods: dict[tuple[str, str], set[str] | None] = {}
    for module, tree in trees.items():
        origin = {
            alias.asname or alias.name: node.module
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }
        called = {
            id(node.value): node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                owner, name = origin.get(node.id, module), node.id
            elif isinstance(node, ast.Attribute) and node.attr.isupper():
                owner, name = "", node.attr
            else:
                continue
            method = called.get(id(node))
            known = methods.setdefault((owner, name), set())
            if known is not None and method is None:
                methods[owner, name] = None
            elif known is not None:
                known.add(str(method))
    return methods


def _methods(
    uses: dict[tuple[str, str], set[str] | None], module: str, name: str
) -> frozenset[str]:
    """Return the methods of `re` that are called on a name; empty where it is handed on."""
    both = uses.get((module, name), set()), uses.get(("", name), set())
    if any(methods is None for methods in both):
        return frozenset()
    return frozenset().union(*filter(None, both)) & _APPLIED


def _written(module: ModuleType, tree: ast.Module) -> Iterator[CollectedPattern]:
    """Yield the patterns that stand in calls of `re` in a module, such as `re.sub("a+", "", text)`.

    One that is made from a variable of its function is not collected: it is not known before.
    """
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        of_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
        if not of_re or node.func.attr not in _APPLIED:
            continue
        try:
            source = eval(  # noqa: S307 - an expression of this repository, such as an f-string
                compile(ast.Expression(node.args[0]), module.__name__, "eval"), vars(module)
            )
        except NameError:
            continue
        if isinstance(source, str):
            key = f"{module.__name__}.{_name_at(tree, node.lineno)}"
            flags = re.IGNORECASE if "IGNORECASE" in ast.unparse(node) else re.NOFLAG
            pattern = re.compile(source, flags)
            yield CollectedPattern(key, pattern, frozenset({node.func.attr}))
