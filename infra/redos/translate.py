"""Writes a pattern of Python's `re` as one of JavaScript, the dialect that recheck reads.

What JavaScript lacks becomes something that backtracks at least as much: a possessive quantifier
becomes a greedy one, an atomic group an ordinary one. What is safe then is safe in Python.
"""

import importlib
import re
from collections.abc import Callable, Iterable
from typing import Any

# The names of `sre_constants` and `sre_parse` since Python 3.11: there is no public way to the tree.
c: Any = importlib.import_module("re._constants")
parser: Any = importlib.import_module("re._parser")

_CATEGORIES = {
    c.CATEGORY_DIGIT: r"\d",
    c.CATEGORY_NOT_DIGIT: r"\D",
    c.CATEGORY_SPACE: r"\s",
    c.CATEGORY_NOT_SPACE: r"\S",
}
_WORD = r"0-9A-Za-z_\u00c0-\u024f\u0400-\u04ff\u1100-\u11ff\u3040-\u30ff\u3131-\u318e\u3400-\u9fff\uac00-\ud7a3"
"""Word characters of the scripts that Korean news uses: all of Unicode's would take recheck minutes."""
_ANCHORS = {
    c.AT_BEGINNING: "^",
    c.AT_BEGINNING_STRING: "^",
    c.AT_END: "$",
    c.AT_END_STRING: "$",
    c.AT_BOUNDARY: r"\b",
    c.AT_NON_BOUNDARY: r"\B",
}
_LAZINESS = {c.MAX_REPEAT: "", c.MIN_REPEAT: "?", c.POSSESSIVE_REPEAT: ""}


class TranslationError(ValueError):
    """A pattern uses what has no counterpart here; the message names it."""


def to_javascript(pattern: re.Pattern[str], *, anchored: bool = False) -> tuple[str, str]:
    """Return source and flags; `anchored` stands for a pattern that is only matched from the start."""
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)
    flags = "u"
    if pattern.flags & re.IGNORECASE:
        flags += "i"
    if pattern.flags & re.MULTILINE:
        flags += "m"
    source = _sequence(tree, dot_all=bool(pattern.flags & re.DOTALL))
    return (f"^(?:{source})" if anchored else source), flags


def is_possessive(pattern: re.Pattern[str]) -> bool:
    """Return whether a pattern relies on what JavaScript lacks."""
    return any(op in {c.POSSESSIVE_REPEAT, c.ATOMIC_GROUP} for op in _operators(pattern))


def _operators(pattern: re.Pattern[str]) -> Iterable[Any]:
    waiting: list[Any] = [parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, parser.SubPattern | list):
            waiting.extend(node)
        elif isinstance(node, tuple):
            yield node[0]
            waiting.extend(node[1:])


def _sequence(nodes: Iterable[Any], *, dot_all: bool) -> str:
    return "".join(_node(operator, value, dot_all=dot_all) for operator, value in nodes)


def _node(operator: Any, value: Any, *, dot_all: bool) -> str:
    if operator in _LAZINESS:
        low, high, inner = value
        most = "" if high == c.MAXREPEAT else str(high)
        body = _sequence(inner, dot_all=dot_all)
        return f"(?:{body}){{{low},{most}}}{_LAZINESS[operator]}"
    if operator in _WRITERS:
        return _WRITERS[operator](value, dot_all)
    raise TranslationError(f"{operator} is not translated")


def _subpattern(value: Any, dot_all: bool) -> str:  # noqa: FBT001 - one signature for all writers
    number, added, _, inner = value
    body = _sequence(inner, dot_all=dot_all or bool(added & re.DOTALL))
    return f"(?:{body})" if number is None else f"({body})"


def _branch(value: Any, dot_all: bool) -> str:  # noqa: FBT001 - as above
    return f"(?:{'|'.join(_sequence(inner, dot_all=dot_all) for inner in value[1])})"


def _look(value: Any, dot_all: bool, *, equals: str) -> str:  # noqa: FBT001 - as above
    direction, inner = value
    behind = "<" if direction < 0 else ""
    return f"(?{behind}{equals}{_sequence(inner, dot_all=dot_all)})"


def _conditional(value: Any, dot_all: bool) -> str:  # noqa: FBT001 - as above
    """Either way may be taken: JavaScript cannot ask whether a group has matched."""
    _, yes, no = value
    return f"(?:{_sequence(yes, dot_all=dot_all)}|{_sequence(no or (), dot_all=dot_all)})"


def _set(value: Any, _: bool) -> str:  # noqa: FBT001 - as above
    negated = value[0][0] is c.NEGATE
    members = value[1:] if negated else value
    return f"[{'^' if negated else ''}{''.join(_member(*member) for member in members)}]"


def _member(operator: Any, value: Any) -> str:
    if operator is c.LITERAL:
        return _character(value)
    if operator is c.RANGE:
        return f"{_character(value[0])}-{_character(value[1])}"
    if operator is c.CATEGORY and value in _CATEGORIES:
        return _CATEGORIES[value]
    if operator is c.CATEGORY and value is c.CATEGORY_WORD:
        return _WORD
    if operator is c.CATEGORY and value is c.CATEGORY_NOT_WORD:
        # In a set there is no way to leave our letters out: the marks and blanks that Korean news uses.
        return r"\u0000-\u002f\u003a-\u0040\u005b-\u005e\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u303f\uff00-\uffef"
    raise TranslationError(f"{operator} {value} in a set is not translated")


def _character(code: int) -> str:
    return chr(code) if chr(code).isalnum() else f"\\u{{{code:x}}}"


_WRITERS: dict[Any, Callable[[Any, bool], str]] = {
    c.LITERAL: lambda value, _: _character(value),
    c.NOT_LITERAL: lambda value, _: f"[^{_character(value)}]",
    c.ANY: lambda _, dot_all: r"[\s\S]" if dot_all else ".",
    c.IN: _set,
    c.AT: lambda value, _: _ANCHORS[value],
    c.BRANCH: _branch,
    c.SUBPATTERN: _subpattern,
    c.ATOMIC_GROUP: lambda value, dot_all: f"(?:{_sequence(value, dot_all=dot_all)})",
    c.ASSERT: lambda value, dot_all: _look(value, dot_all, equals="="),
    c.ASSERT_NOT: lambda value, dot_all: _look(value, dot_all, equals="!"),
    c.GROUPREF: lambda value, _: f"\\{value}(?:)",
    c.GROUPREF_EXISTS: _conditional,
}
