"""`sillok query` and `export`: the archive as tables."""

import csv
import sys
import unicodedata
from pathlib import Path
from typing import Annotated

import typer

from processing.errors import UsageError
from processing.records import clean_block
from spiders.console.common import (
    JsonOption,
    OutletOption,
    SinceOption,
    StoreOption,
    UntilOption,
    day,
    known,
    open_catalogue,
    print_json,
    print_rows,
    say,
)
from spiders.console.common import as_json as in_json
from spiders.console.completeness import write_statement

_FORMULA = ("=", "+", "-", "@", "\N{MINUS SIGN}")
"""How a cell begins that a spreadsheet computes (OWASP, CSV Injection).

Titles come from strangers.
"""


def query(
    statement: Annotated[
        str, typer.Argument(metavar='"SELECT …"', help="One reading statement in DuckDB's SQL.")
    ],
    *,
    as_json: JsonOption = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Comma-separated values with a heading.")
    ] = False,
    store: StoreOption = None,
) -> None:
    """Ask the archive in SQL.

    Tables: articles, clusters, rejections, log, reports, pages. The statement can read these and
    nothing else.
    """
    from processing.lookup.sql import ask

    if as_json and as_csv:
        raise UsageError("give either --json or --csv")
    answer = ask(open_catalogue(store), statement)
    if as_json:
        print_json(answer.records())
    elif as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(answer.columns)
        writer.writerows(map(_cell, row) for row in answer.rows)
    else:
        print_rows(answer.records(), answer.columns)


def _cell(value: object) -> object:
    """Return a value as one cell of CSV: words harmless, behind an apostrophe where they would be a formula."""
    if isinstance(value, (dict, list)):
        return in_json(value)
    if not isinstance(value, str):
        return value
    words = clean_block(value)
    return f"'{words}" if _is_formula(words) else words


def _is_formula(words: str) -> bool:
    """Return whether a spreadsheet may take a cell for a formula.

    Full-width and small forms of the four signs count too (Excel in East Asian locales reads them
    as the sign), and what is blank or invisible before one hides nothing.
    """
    visible = (letter for letter in words if unicodedata.category(letter)[0] not in "ZC")
    return unicodedata.normalize("NFKC", next(visible, "")).startswith(_FORMULA)


def export(
    output: Annotated[
        Path,
        typer.Option(
            "-o", "--output", help="File to write: .jsonl or .parquet; - is stdout (JSONL)."
        ),
    ],
    *,
    outlet: OutletOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    licence: Annotated[
        list[str] | None,
        typer.Option(
            "--licence", metavar="MARK", help="Only under this licence (KOGL-1); repeatable."
        ),
    ] = None,
    no_ai_optout: Annotated[
        bool,
        typer.Option(
            "--no-ai-optout", help="Leave out articles whose page or host forbids machine learning."
        ),
    ] = False,
    completeness: Annotated[
        Path | None,
        typer.Option(
            "--completeness",
            metavar="FILE",
            help="Also write how complete each outlet and day is (JSONL); needs --since and --until.",
        ),
    ] = None,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Export articles for use outside the archive, one row per version.

    Where the page or its host reserved the rights that an export needs, the row says so in
    `withheld` and has no text.
    """
    from processing.lookup.export import Terms, export_file

    catalogue = open_catalogue(store)
    terms = Terms(
        outlet=known(catalogue, outlet),
        since=day(since),
        until=day(until),
        licences=tuple(licence or ()),
        no_ai_optout=no_ai_optout,
    )
    if completeness and not (terms.since and terms.until):
        raise UsageError("--completeness says it of days: name them by --since and --until")
    counts = export_file(catalogue, terms, output)
    if completeness and terms.since and terms.until:
        lines = write_statement(catalogue, terms.outlet, terms.since, terms.until, completeness)
        say(f"the completeness of {lines} days of outlets written to {completeness}")
    if as_json and str(output) != "-":
        print_json([counts])
    else:
        say(
            f"{counts['rows']} versions exported to {output}, {counts['withheld']} of them without text"
        )
