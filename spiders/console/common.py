"""What commands share: their options, the archive they open, and output that is safe to look at.

Titles come from strangers. A control character in one can move the cursor, retitle the window or
answer the shell (ECMA-48 escape sequences, C1 controls); a bidirectional override can make a line
read backwards (Unicode UAX #9). Rows are printed as a table, as tab-separated lines or as JSON.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from processing.dates import SEOUL
from processing.errors import UsageError
from processing.records import clean, clean_block, escaped

if TYPE_CHECKING:
    from processing.archive.catalogue import Catalogue

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store", metavar="URL", help="file:DIR or s3://bucket/prefix; else SILLOK_STORE."
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON document per line, for programs.")
]
OutletOption = Annotated[
    str | None, typer.Option("--outlet", metavar="NAME", help="Only this outlet.")
]
SinceOption = Annotated[
    str | None, typer.Option("--since", metavar="DAY", help="From this KST day on.")
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="DAY", help="To this KST day, it included.")
]

_NAMED = {"today": 0, "yesterday": 1}


def now() -> datetime:
    """Return the moment; the one place where these commands read the clock."""
    return datetime.now(UTC)  # noqa: TID251 - a command is typed by a person: its present is the clock's


def open_catalogue(url: str | None) -> "Catalogue":
    """Return the catalogue of the store at `url`, or of the one that the settings name."""
    from processing.archive.catalogue import Catalogue
    from processing.settings import settings
    from processing.store.opening import open_store

    options = settings()
    return Catalogue(open_store(url or options.store, options), options.cache, options.heads)


def known(catalogue: "Catalogue", outlet: str | None) -> str | None:
    """Return the outlet of an option.

    Raises `UsageError` where it is neither archived, declared nor landed.
    """
    from spiders.outlets import names

    if outlet is None:
        return None
    if outlet in names() or outlet in catalogue.snapshots.memory or outlet in landed(catalogue):
        return outlet
    if catalogue.head and _is_logged(catalogue, outlet):
        return outlet
    raise UsageError(f"there is no outlet {outlet!r}: `sillok outlets` lists them")


def _is_logged(catalogue: "Catalogue", outlet: str) -> bool:
    """Tell whether the log has rows of an outlet of which no memory is kept."""
    from processing.lookup.sql import ask

    statement = "SELECT 1 FROM log WHERE outlet = $outlet LIMIT 1"
    return next(ask(catalogue, statement, {"outlet": outlet}).rows, None) is not None


def landed(catalogue: "Catalogue") -> set[str]:
    """Return the outlets of which something waits to be archived."""
    from processing.landing.keys import objects

    return {key.outlet for key, _ in objects(catalogue.store)}


def day(text: str | None) -> date | None:
    """Return the KST day of an option: YYYY-MM-DD, today or yesterday.

    Raises `UsageError` for anything else.
    """
    if text is None:
        return None
    if text in _NAMED:
        return (now().astimezone(SEOUL) - timedelta(days=_NAMED[text])).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{text!r} is no day: write YYYY-MM-DD, today or yesterday (KST)"
        ) from error


_NARROW = 26
"""Cells up to which a column stays whole; a wider one may take several lines."""


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
