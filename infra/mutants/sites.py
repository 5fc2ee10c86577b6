"""Finds what can be mutated in a module.

comparison  `<` and `<=`, `>` and `>=`, `==` and `!=`, `is` and `is not`, `in` and `not in` swap.
constant    A whole number up to ten grows by one, others by a tenth; True and False swap.
boolean     `and` and `or` swap; `not` is dropped.
order       `sorted`, `sort`, `reversed`, `argsort` reverse; `min` and `max` swap; so do the first
            two keys of a sort, `ascending` and `descending`, and the direction of the first column
            of an SQL `order by`.
early exit  The condition of an `if` that ends in return, continue, break or raise is never true.

Left alone: words, annotations, decorators, arguments of classes, `zip(strict=…)`, the size of a
cache, what stands in an f-string (its positions are wrong before Python 3.12), and blocks for type
checkers.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SWAPS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: (r"<", "<="),
    ast.LtE: (r"<=", "<"),
    ast.Gt: (r">", ">="),
    ast.GtE: (r">=", ">"),
    ast.Eq: (r"==", "!="),
    ast.NotEq: (r"!=", "=="),
    ast.Is: (r"\bis\b", "is not"),
    ast.IsNot: (r"\bis\s+not\b", "is"),
    ast.In: (r"\bin\b", "not in"),
    ast.NotIn: (r"\bnot\s+in\b", "in"),
}
"""Each comparison with a pattern that finds it between its operands and what takes its place."""

OTHER_END = {
    "min": "max",
    "max": "min",
    "minimum": "maximum",
    "maximum": "minimum",
    "reversed": "iter",
}
TURNED = ("sorted", "argsort", "lexsort")
OTHER_WORD = {"ascending": "descending", "descending": "ascending"}
# A threshold of 200 and one of 201 seldom tell two texts apart; one of 2 and one of 3 do.
SMALL = 10
"""The largest whole number that grows by one; larger ones grow by a tenth."""

ORDER_BY = re.compile(
    r"""
    \border\s+by\s+[\w.]+   # the first column, with the table before its dot
    (?P<desc>\s+desc\b)?    # its direction
    """,
    re.IGNORECASE | re.VERBOSE,
)
EXITS = (ast.Return, ast.Continue, ast.Break, ast.Raise)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change of one module: bytes `start` to `end` of its file become `after`."""

    path: Path
    kind: str
    line: int
    start: int
    end: int
    before: str
    after: str

    def apply(self, source: bytes) -> bytes:
        """Return the module with the change."""
        return source[: self.start] + self.after.encode() + source[self.end :]

    def name(self) -> str:
        """Return a name that no other mutant of the same tree has."""
        return f"{self.path}:{self.start}-{self.end}:{self.after}"


def mutants(root: Path, path: Path) -> list[Mutant]:
    """Return every mutant of a module, in the order of the file."""
    source = (root / path).read_bytes()
    sites = _Sites(path, source)
    sites.visit(ast.parse(source))
    return sorted(sites.found, key=lambda mutant: (mutant.start, mutant.end, mutant.after))


class _Sites(ast.NodeVisitor):
    """Walks one module and gathers its mutants."""

    def __init__(self, path: Path, source: bytes) -> None:
        self.found: list[Mutant] = []
        self._path = path
        self._source = source
        # Offsets of the lines: `col_offset` of a node counts the bytes of its line alone.
        self._lines = [0]
        for line in source.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def visit_Compare(self, node: ast.Compare) -> None:
        """Swap each operator of a comparison."""
        left: ast.expr = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            pattern, after = SWAPS[type(operator)]
            self._between(left, right, "comparison", pattern, after)
            left = right
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        """Swap each `and` or `or`."""
        pattern, after = (r"\band\b", "or") if isinstance(node.op, ast.And) else (r"\bor\b", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            self._between(left, right, "boolean", pattern, after)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        """Leave out a `not`."""
        if isinstance(node.op, ast.Not):
            start = self._start(node)
            self._add("boolean", node.lineno, start, start + len("not"), "")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Change a number or a truth value; reverse the order that a string names."""
        # Before numbers: a bool is an int.
        if isinstance(node.value, bool):
            self._replace("constant", node, str(not node.value))
        elif isinstance(node.value, int | float):
            self._replace("constant", node, repr(_more(node.value)))
        elif isinstance(node.value, str):
            if node.value in OTHER_WORD:
                self._replace("order", node, repr(OTHER_WORD[node.value]))
            self._order_by(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Reverse the order that an f-string names, and visit nothing inside it."""
        self._order_by(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Reverse the result of a sorting call, or swap `min` and `max`."""
        function = node.func
        name = (
            function.id
            if isinstance(function, ast.Name)
            else function.attr
            if isinstance(function, ast.Attribute)
            else ""
        )
        if name in OTHER_END:
            end = self._end(function)
            self._add("order", node.lineno, end - len(name), end, OTHER_END[name])
        elif name in TURNED:
            self._replace("order", node, f"{self._text(node)}[::-1]")
        elif name == "sort" and not any(keyword.arg == "reverse" for keyword in node.keywords):
            turned = [*node.keywords, ast.keyword("reverse", ast.Constant(value=True))]
            self._replace("order", node, ast.unparse(ast.Call(function, node.args, turned)))
        # How much a cache holds changes no answer.
        if name == "lru_cache":
            return
        for keyword in node.keywords:
            self._keys(keyword)
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        """Make the condition of an early exit false."""
        # No test can see a block that only type checkers read.
        if ast.unparse(node.test) == "TYPE_CHECKING":
            return
        if isinstance(node.body[-1], EXITS) and not node.orelse:
            self._replace("early exit", node.test, "False")
        self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> None:
        """Skip `strict=` of zip: it is an assertion, and no sound input breaks it."""
        if node.arg != "strict":
            self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Visit defaults and body, not decorators and annotations."""
        for default in [*node.args.defaults, *node.args.kw_defaults]:
            if default is not None:
                self.visit(default)
        self._body(node.body)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Visit the body, not decorators and arguments."""
        self._body(node.body)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Visit the value, not the annotation."""
        if node.value is not None:
            self.visit(node.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        """Skip docstrings."""
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def _body(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            self.visit(statement)

    def _keys(self, keyword: ast.keyword) -> None:
        """Swap the first two keys of a sort."""
        if (
            keyword.arg == "key"
            and isinstance(keyword.value, ast.Lambda)
            and isinstance(keyword.value.body, ast.Tuple)
        ):
            keys = keyword.value.body.elts
            if len(keys) > 1:
                first, second = keys[:2]
                between = self._source[self._end(first) : self._start(second)].decode()
                after = f"{self._text(second)}{between}{self._text(first)}"
                self._add("order", first.lineno, self._start(first), self._end(second), after)

    def _order_by(self, node: ast.expr) -> None:
        start = self._start(node)
        for match in ORDER_BY.finditer(self._text(node)):
            at = start + len(self._text(node)[: match.end()].encode())
            desc = match["desc"] or ""
            before = self._text(node)[: match.end()]
            line = node.lineno + before.count("\n")
            self._add("order", line, at - len(desc.encode()), at, "" if desc else " desc")

    def _between(
        self, left: ast.expr, right: ast.expr, kind: str, pattern: str, after: str
    ) -> None:
        """Replace the operator that stands between two operands, where comments may stand too."""
        start = self._end(left)
        gap = self._source[start : self._start(right)].decode()
        # Comments are blanked rather than removed, so that offsets stay true.
        blanked = re.sub(r"#[^\n]*", lambda comment: " " * len(comment[0]), gap)
        match = re.search(pattern, blanked)
        if match:
            line = left.end_lineno or left.lineno
            before = len(gap[: match.start()].encode())
            line += gap[: match.start()].count("\n")
            self._add(kind, line, start + before, start + before + len(match[0].encode()), after)

    def _replace(self, kind: str, node: ast.expr, after: str) -> None:
        self._add(kind, node.lineno, self._start(node), self._end(node), after)

    def _add(self, kind: str, line: int, start: int, end: int, after: str) -> None:
        before = self._source[start:end].decode()
        self.found.append(Mutant(self._path, kind, line, start, end, before, after))

    def _text(self, node: ast.expr) -> str:
        return self._source[self._start(node) : self._end(node)].decode()

    def _start(self, node: ast.expr) -> int:
        return self._lines[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.expr) -> int:
        return self._lines[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)


def _more(number: float) -> float:
    """Return a number a little larger: the next whole one, or a tenth more."""
    if isinstance(number, int):
        return number + 1 if number <= SMALL else number + -(-number // 10)
    return number * 1.1 if number else 0.1


def drawn_line(source: bytes, mutant: Mutant) -> Iterator[str]:
    """Yield the changed lines of a module as they are and as the mutant has them."""
    begin = source.rfind(b"\n", 0, mutant.start) + 1
    end = source.find(b"\n", mutant.end)
    end = len(source) if end < 0 else end
    yield " ".join(source[begin:end].decode().split())
    changed = source[begin : mutant.start] + mutant.after.encode() + source[mutant.end : end]
    yield " ".join(changed.decode().split())
