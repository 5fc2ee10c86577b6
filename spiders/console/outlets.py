"""`sillok outlets`: what is declared."""

import sys
from typing import Annotated

import typer

from spiders.console.options import JsonOption
from spiders.console.terminal import print_json, print_rows


def outlets(
    *,
    as_json: JsonOption = False,
    table: Annotated[bool, typer.Option("--table", help="The Markdown of docs/outlets.md.")] = False,
) -> None:
    """List the declared outlets: how often each is asked, what a normal day brings, why one is paused."""
    from spiders.outlets import outlets as declared

    if table:
        from spiders.table import markdown

        sys.stdout.write(markdown(tuple(declared().values())))
        return
    rows = [
        {
            "name": outlet.name,
            "title": outlet.title,
            "home": outlet.home,
            "family": outlet.family,
            "class": outlet.outlet_class,
            "pace": outlet.pace,
            "daily": list(outlet.daily),
            "sources": [source.url for source in outlet.sources],
            "confirmed": outlet.confirmed or None,
            "paused": outlet.paused,
            "permission_needed": outlet.permission_needed,
        }
        for outlet in declared().values()
    ]
    if as_json:
        print_json(rows)
    else:
        print_rows(rows, ("name", "title", "family", "pace", "daily", "paused"))
