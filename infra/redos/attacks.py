"""Makes texts that a pattern may be slow on: recheck's own, and ours where it gives no verdict in time.

Ours repeat what the pattern itself repeats, behind what leads to it, and end with what it cannot
match: backtracking then tries every way in which the repetitions can be cut.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from infra.redos.translate import c, parser

_MOST = 60
"""Attacks of our own on one pattern."""
_ENDS = ("\0!", "")
_SAMPLES = {
    c.CATEGORY_DIGIT: "0",
    c.CATEGORY_NOT_DIGIT: "a",
    c.CATEGORY_SPACE: " ",
    c.CATEGORY_NOT_SPACE: "a",
    c.CATEGORY_WORD: "a",
    c.CATEGORY_NOT_WORD: "-",
}
_ORDINARY = "a가0 \t\n.-,\"'<>()[]{}=/\\&@#*\x1b\0"
"""What is tried against a set that leaves characters out."""

Attack = Callable[[int], str]
"""Returns a text of about so many characters."""


def of_recheck(attack: Mapping[str, Any]) -> Attack:
    """Return the attack that recheck describes by prefixes, pumps and a suffix."""
    pumps = attack["pumps"]
    longest = sum(len(part["pump"]) for part in pumps) or 1

    def text(size: int) -> str:
        times = max(1, size // longest)
        grown = "".join(p["prefix"] + p["pump"] * times for p in pumps)
        return f"{grown}{attack['suffix']}"

    return text


def of_ours(pattern: re.Pattern[str]) -> list[Attack]:
    """Return attacks made from the pattern's own repetitions."""
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)
    found = dict.fromkeys(islice(_pumps(tree, ""), _MOST))
    return [_repeated(prefix, pump, end) for prefix, pump in found for end in _ENDS if pump]


def _repeated(prefix: str, pump: str, end: str) -> Attack:
    return lambda size: prefix + pump * max(1, size // len(pump)) + end


def _pumps(nodes: Iterable[Any], prefix: str) -> Iterator[tuple[str, str]]:
    """Yield what each repetition repeats, with what leads to it."""
    for operator, value in nodes:
        if operator in {c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT}:
            for pump in _ways(value[2]):
                yield prefix, pump
                yield "", pump
        for inner in _inside(operator, value):
            yield from _pumps(inner, prefix)
        prefix += _sample([(operator, value)])


def _inside(operator: Any, value: Any) -> list[Any]:
    """Return the sequences that stand inside of a node."""
    if operator in {c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT}:
        return [value[2]]
    if operator is c.SUBPATTERN:
        return [value[3]]
    if operator is c.BRANCH:
        return list(value[1])
    if operator is c.ATOMIC_GROUP:
        return [value]
    return [value[1]] if operator in {c.ASSERT, c.ASSERT_NOT} else []


def _ways(nodes: Any) -> Iterator[str]:
    """Yield a text for each alternative of a sequence that is one choice, else one for the whole."""
    listed = list(nodes)
    if len(listed) == 1 and listed[0][0] is c.BRANCH:
        for alternative in listed[0][1][1]:
            yield from _ways(alternative)
        return
    if len(listed) == 1 and listed[0][0] is c.SUBPATTERN:
        yield from _ways(listed[0][1][3])
        return
    yield _sample(listed)
    yield _sample(listed, shortest=True)


def _sample(nodes: Any, *, shortest: bool = False) -> str:
    """Return a text that a sequence matches, for all but the rarest."""
    return "".join(_sampled(operator, value, shortest=shortest) for operator, value in nodes)


def _sampled(operator: Any, value: Any, *, shortest: bool) -> str:
    if operator in {c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT}:
        low, high, inner = value
        times = int(low if shortest else min(max(low, 1), high))
        return _sample(inner, shortest=shortest) * times
    if operator in _ONE:
        return _ONE[operator](value)
    if operator in {c.ASSERT, c.ASSERT_NOT}:
        return ""
    inside = _inside(operator, value)
    return _sample(inside[0], shortest=shortest) if inside else ""


def _member(members: Any) -> str:
    if members[0][0] is c.NEGATE:
        pattern = re.compile(f"[{''.join(map(re.escape, _ORDINARY))}]")
        left_out = {sign for sign in _ORDINARY if any(_holds(one, sign) for one in members[1:])}
        return next(
            (sign for sign in _ORDINARY if pattern.match(sign) and sign not in left_out), ""
        )
    operator, value = members[-1]
    if operator is c.CATEGORY:
        return _SAMPLES.get(value, "a")
    return chr(value if operator is c.LITERAL else value[0])


def _holds(member: Any, sign: str) -> bool:
    operator, value = member
    if operator is c.LITERAL:
        return ord(sign) == int(value)
    if operator is c.RANGE:
        return bool(value[0] <= ord(sign) <= value[1])
    return _SAMPLES.get(value) == sign


_ONE: Mapping[Any, Callable[[Any], str]] = {
    c.LITERAL: chr,
    c.NOT_LITERAL: lambda value: next(sign for sign in _ORDINARY if ord(sign) != value),
    c.IN: _member,
    c.ANY: lambda _: "a",
}
