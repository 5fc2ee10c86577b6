"""What a terminal may be shown: archived text made harmless, rows as a table, as tab-separated lines or as JSON.

Titles come from strangers. A control character in one can move the cursor, retitle the window or answer the shell
(ECMA-48 escape sequences, C1 controls); a bidirectional override can make a line read backwards (Unicode UAX #9).
"""

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from processing.dates import SEOUL
from processing.records import escaped

_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor, erase
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90\x98\x9c-\x9f]*+(?:\x07|\x1b\\|\x9c)"  # OSC, DCS, SOS, PM, APC strings
    r"|\x1b[ -/]*[0-~]?"  # every shorter one
)
_UNSAFE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)
_BREAKS = re.compile(r"[\t\n\r\x0b\x0c\x85\u2028\u2029]+")
_NARROW = 26
"""Cells up to which a column stays whole; a wider one may take several lines."""


def clean(text: str) -> str:
    """Return `text` as one line that prints as itself: no escape sequence, control or direction mark survives."""
    return _UNSAFE.sub("", _BREAKS.sub(" ", _ESCAPES.sub("", text)))


def clean_block(text: str) -> str:
    """Return `text` made harmless line by line; line feeds stay."""
    return "\n".join(clean(line) for line in text.replace("\r\n", "\n").split("\n"))


def as_json(value: object) -> str:
    """Return `value` as one line of JSON; what a terminal could act on is written as an escape."""
    return escaped(json.dumps(value, ensure_ascii=False, default=_plain))


def print_json(rows: Iterable[object]) -> None:
    """Write one JSON document per line."""
    for row in rows:
        sys.stdout.write(as_json(row) + "\n")


def print_rows(
    rows: Iterable[Mapping[str, object]], columns: Sequence[str], *, title: str | None = None
) -> None:
    """Write `rows` as a table where a person looks on, else as tab-separated lines without a heading."""
    cells = ([shown(row.get(column)) for column in columns] for row in rows)
    if watched():
        _print_table(list(cells), columns, title)
    else:
        sys.stdout.writelines("\t".join(line) + "\n" for line in cells)


def _print_table(cells: Sequence[Sequence[str]], columns: Sequence[str], title: str | None) -> None:
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, box=None, header_style="bold", title_justify="left", pad_edge=False)
    for number, column in enumerate(columns):
        width = max(map(cell_len, [column, *(line[number] for line in cells)]))
        narrow = width <= _NARROW
        table.add_column(
            column, no_wrap=narrow, min_width=width if narrow else None, overflow="fold"
        )
    for line in cells:
        table.add_row(*(Text(cell) for cell in line))
    Console().print(table)


def watched() -> bool:
    """Return whether a person looks on: stdout is a terminal."""
    return sys.stdout.isatty()


def say(message: str) -> None:
    """Tell a person something beside the output: one line on stderr."""
    sys.stderr.write(clean(message) + "\n")


def shown(value: object) -> str:
    """Return one cell: times in Seoul to the minute, nothing for None, lists joined, everything harmless."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(SEOUL):%Y-%m-%d %H:%M}"
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(item) for item in value)
    if isinstance(value, dict):
        return " ".join(f"{clean(str(key))}={shown(item)}" for key, item in value.items())
    return clean(str(value))


def _plain(value: Any) -> object:
    """Return what JSON has no word for: moments in RFC 3339, models as objects, bytes as hexadecimal."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    return str(value)


_MARKS = {"removed": ("[-", "-]", 31), "added": ("{+", "+}", 32)}


def marked(old: str, new: str) -> str:
    """Return how `old` became `new`, marked as `wdiff` does and coloured where a person looks on.

    Harmless.
    """
    from processing.lookup.articles import edits

    return "".join(_marked(part.kind, clean_block(part.text)) for part in edits(old, new))


def _marked(kind: str, text: str) -> str:
    if kind == "kept":
        return text
    before, after, colour = _MARKS[kind]
    return f"\x1b[{colour}m{before}{text}{after}\x1b[0m" if watched() else f"{before}{text}{after}"
