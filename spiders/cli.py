"""Registers the commands of `sillok`; maps each error to a one-line message and an exit code.

0 done, unchanged or partial · 1 failed, may be retried · 2 wrong usage or setting · 3 unhealthy · 4
interrupted · 5 bad rows were skipped.
"""

import errno
import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from processing.errors import PermanentError, SillokError
from spiders.console import (
    articles,
    doctor,
    folding,
    outlets,
    pages,
    publishing,
    reports,
    status,
    tables,
)
from spiders.console.terminal import say

TRANSIENT, PERMANENT, INTERRUPTED = 1, 2, 4


class Group(TyperGroup):
    """The command group: turns exceptions of every command into messages and exit codes."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; raise `typer.Exit` with the exit code of its error."""
        try:
            result = super().invoke(ctx)
            # Here, while a broken pipe can still be answered.
            sys.stdout.flush()
        except KeyboardInterrupt as stop:
            say("interrupted")
            raise typer.Exit(INTERRUPTED) from stop
        except BrokenPipeError as closed:
            _silence()
            raise typer.Exit(0) from closed
        except (SillokError, OSError) as error:
            say(f"sillok {ctx.invoked_subcommand}: {error}")
            raise typer.Exit(exit_code(error)) from error
        except Exception as error:
            if not is_of_a_table(error):
                raise
            first = str(error).strip().partition("\n")[0]
            say(
                f"sillok {ctx.invoked_subcommand}: a table of the archive cannot be read"
                f" ({first}): `sillok doctor`"
            )
            raise typer.Exit(PERMANENT) from error
        return result


def is_of_a_table(error: Exception) -> bool:
    """Return whether a library that reads Parquet raised `error`.

    The file is damaged then, or was not written by Sillok.
    """
    # Only where they are loaded already: `--help` and an early error stay quick.
    arrow, duck = sys.modules.get("pyarrow"), sys.modules.get("duckdb")
    return bool(
        (arrow and isinstance(error, arrow.ArrowException))
        or (duck and isinstance(error, duck.Error))
    )


def exit_code(error: Exception) -> int:
    """Return the exit code of an error."""
    # A full disk may be retried once there is room; a missing file stays missing.
    if isinstance(error, OSError):
        return TRANSIENT if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EIO} else PERMANENT
    return PERMANENT if isinstance(error, PermanentError) else TRANSIENT


def _silence() -> None:
    """Point stdout at nothing, because the reader of the pipe has gone."""
    # The interpreter flushes once more at exit, which would fail and print a traceback.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


app = typer.Typer(
    cls=Group,
    name="sillok",
    help="Sillok 실록: every article of Korean news as it came, as it was read, and as it changed.",
    epilog="Exit codes: 0 done · 1 may be retried · 2 usage · 3 unhealthy"
    " · 4 interrupted · 5 bad rows skipped",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

_LOOK, _KEEP, _HAND = "Look at the archive", "Keep it", "By hand"

app.command("ls", rich_help_panel=_LOOK)(articles.ls)
app.command("show", rich_help_panel=_LOOK)(articles.show)
app.command("search", rich_help_panel=_LOOK)(articles.search)
app.command("query", rich_help_panel=_LOOK)(tables.query)
app.command("export", rich_help_panel=_LOOK)(tables.export)
app.command("cluster", rich_help_panel=_LOOK)(folding.cluster)
app.command("report", rich_help_panel=_LOOK)(reports.report)
app.command("status", rich_help_panel=_LOOK)(status.status)
app.command("archive", rich_help_panel=_KEEP)(publishing.archive)
app.command("release", rich_help_panel=_KEEP)(publishing.release)
app.command("gaps", rich_help_panel=_KEEP)(publishing.gaps)
app.command("doctor", rich_help_panel=_KEEP)(doctor.doctor)
app.command("diff", rich_help_panel=_KEEP)(publishing.diff)
app.command("read", rich_help_panel=_HAND)(pages.read)
app.command("fold", rich_help_panel=_HAND)(folding.fold)
app.command("outlets", rich_help_panel=_HAND)(outlets.outlets)


def _print_version(requested: bool) -> None:  # noqa: FBT001 - how Typer calls what belongs to an option
    if requested:
        from importlib.metadata import version  # noqa: PLC0415 - rarely asked

        typer.echo(f"sillok {version('sillok')}")
        raise typer.Exit


@app.callback()
def _sillok(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Say which version this is."
        ),
    ] = False,
) -> None:
    """Do nothing before the command."""


def main() -> None:
    """Run the console script."""
    app(prog_name="sillok")


if __name__ == "__main__":
    main()
