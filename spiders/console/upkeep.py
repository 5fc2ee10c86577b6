"""`sillok audit`, `repair` and `rebuild`: is the archive still what was published, and if not, make it so."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from spiders.console.options import JsonOption, StoreOption, now, open_catalogue
from spiders.console.terminal import clean, print_json, say, watched

if TYPE_CHECKING:
    from processing.upkeep.audit import Audited

_UNHEALTHY = 3
_EVERY = 500
"""Objects between two lines of progress where nobody looks on."""


def audit(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Read every object now, and walk the whole chain.")
    ] = False,
    days: Annotated[
        int | None,
        typer.Option(
            "--days", metavar="N", min=1, help="Read each once in N days; else SILLOK_AUDIT_DAYS."
        ),
    ] = None,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Look whether every object is there and is what its manifest says; a share of the bytes at a time.

    Run once a day it reads all in N days. Ends with 3 where something is missing or damaged.
    """
    from processing.settings import settings
    from processing.upkeep.audit import audit as examine

    options = settings()
    done = examine(
        open_catalogue(store).store,
        options,
        now=now(),
        days=days or options.audit_days,
        everything=everything,
        progress=progress("read"),
    )
    if as_json:
        print_json([done])
    else:
        _tell(done)
    if not done.sound:
        raise typer.Exit(_UNHEALTHY)


def progress(verb: str) -> Callable[[int, int], None]:
    """Return what shows how far a long work has come: one line that changes, or a line now and then."""
    shown = 0

    def show(done: int, of: int) -> None:
        nonlocal shown
        if watched():
            sys.stderr.write(f"\r{verb} {done:,} of {of:,} objects" + "\n" * (done >= of))
            sys.stderr.flush()
        elif done - shown >= _EVERY:
            shown = done
            say(f"{verb} {done:,} of {of:,} objects")

    return show


def _tell(done: "Audited") -> None:
    for finding in done.findings:
        typer.echo(clean(str(finding)))
    if not done.witnessed:
        say(
            "no witness of this store here (SILLOK_HEADS): a newest manifest that was altered is not noticed"
        )
    say(
        f"{done.objects:,} of {done.named:,} objects read, {done.bytes:,} bytes, "
        f"{done.shares} of {done.days} shares"
    )
    bad = sum(not finding.harmless for finding in done.findings)
    say(f"{bad} are missing or damaged: `sillok repair`" if bad else "all are what was published")
