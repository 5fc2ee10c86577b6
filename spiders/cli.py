"""Registers the commands of `sillok`; maps each error to a one-line message and an exit code.

0 done, unchanged or partial · 1 failed, may be retried · 2 wrong usage or setting · 3 unhealthy · 4
interrupted · 5 bad rows were skipped.
"""

import errno
import os
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from processing.errors import ExitCode, PermanentError, SillokError
from spiders.console.common import say

_LOOK, _KEEP, _HAND = "Look at the archive", "Keep it", "By hand"

COMMANDS = {
    "ls": ("articles:ls", _LOOK),
    "show": ("articles:show", _LOOK),
    "search": ("articles:search", _LOOK),
    "query": ("tables:query", _LOOK),
    "export": ("tables:export", _LOOK),
    "cluster": ("folding:cluster", _LOOK),
    "report": ("reports:report", _LOOK),
    "status": ("reports:status", _LOOK),
    "archive": ("publishing:archive", _KEEP),
    "backfill": ("backfill:backfill", _KEEP),
    "coverage": ("coverage:coverage", _LOOK),
    "release": ("publishing:release", _KEEP),
    "discard": ("publishing:discard", _KEEP),
    "compact": ("compacting:compact", _KEEP),
    "gaps": ("publishing:gaps", _KEEP),
    "doctor": ("doctor:doctor", _KEEP),
    "audit": ("upkeep:audit", _KEEP),
    "repair": ("upkeep:repair", _KEEP),
    "rebuild": ("upkeep:rebuild", _KEEP),
    "diff": ("publishing:diff", _KEEP),
    "read": ("pages:read", _HAND),
    "fold": ("folding:fold", _HAND),
    "outlets": ("outlets:outlets", _HAND),
}
"""Per command its module of `spiders.console` with its function, and its panel in `--help`."""


class Group(TyperGroup):
    """The command group: turns exceptions of every command into messages and exit codes.

    Only the module of the command that is asked for is imported: a command starts in less than half
    the time that all of them need.
    """

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - Click's interface
        """Return the names of all commands, in the order of `--help`."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - Click's interface
        """Return the Click command of that name, or None where there is none."""
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            target, panel = COMMANDS[cmd_name]
            module, function = target.split(":")
            single = typer.Typer(add_completion=False)
            single.command(cmd_name, rich_help_panel=panel)(
                getattr(import_module(f"spiders.console.{module}"), function)
            )
            self.commands[cmd_name] = typer.main.get_command(single)
        return self.commands.get(cmd_name)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; raise `typer.Exit` with the exit code of its error."""
        try:
            result = super().invoke(ctx)
            # Here, while a broken pipe can still be answered.
            sys.stdout.flush()
        except KeyboardInterrupt as stop:
            say("interrupted")
            raise typer.Exit(ExitCode.INTERRUPTED) from stop
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
            raise typer.Exit(ExitCode.PERMANENT) from error
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


def exit_code(error: Exception) -> ExitCode:
    """Return the exit code of an error."""
    # A full disk may be retried once there is room; a missing file stays missing.
    if isinstance(error, OSError):
        may_pass = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EIO}
    else:
        may_pass = not isinstance(error, PermanentError)
    return ExitCode.TRANSIENT if may_pass else ExitCode.PERMANENT


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
